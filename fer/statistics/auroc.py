"""How sure a macro AUROC is: what each test image weighs in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.statistics.components import Floats


def auroc_influence(logits: Floats, labels: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """How much each image weighs in the macro AUROC, (n,), with a mean of zero.

    Drawn with replacement, w times each, images give a macro AUROC of nearly the measured one plus ``influence @ w /
    n``: the infinitesimal jackknife (Efron 1982), whose variance here is DeLong's (1988, Biometrics 44, 837) of the
    mean over classes. logits: (n, classes); labels: (n,). Zero everywhere where no class has images of its own and
    others.
    """
    from scipy.special import log_softmax

    scores = log_softmax(logits.astype(np.float64), axis=1)
    influence = np.zeros(len(labels))
    mixed = [label for label in range(scores.shape[1]) if 0 < (labels == label).sum() < len(labels)]
    for label in mixed:
        own = labels == label
        below = _share_below(scores[:, label], own)
        for part, sign in ((own, 1.0), (~own, -1.0)):
            beaten = sign * below[part]
            influence[part] += (beaten - beaten.mean()) * (len(labels) / part.sum() / len(mixed))
    return influence.astype(np.float32)


def _share_below(values: NDArray[np.float64], own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of the values of the other kind, the share below each (n,); equal ones count half.

    All values are sorted once, since a report does this for each class of hundreds of cells.
    """
    order = np.argsort(values)
    ranked, kinds = values[order], own[order]
    first, last = (np.searchsorted(ranked, ranked, side) for side in ("left", "right"))
    counted = np.concatenate([[0], np.cumsum(kinds)])
    of_own = (counted[first] + counted[last]) / 2
    of_others = (first + last) / 2 - of_own
    shares = np.empty(len(values))
    shares[order] = np.where(kinds, of_others / (~kinds).sum(), of_own / kinds.sum())
    return shares
