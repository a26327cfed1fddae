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
        for part, others, sign in ((own, ~own, 1.0), (~own, own, -1.0)):
            beaten = sign * _share_below(scores[part, label], np.sort(scores[others, label]))
            influence[part] += (beaten - beaten.mean()) * (len(labels) / part.sum() / len(mixed))
    return influence.astype(np.float32)


def _share_below(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of ``others``, sorted, the share below each value; equal ones count half."""
    below, reached = (np.searchsorted(others, values, side) for side in ("left", "right"))
    return (below + reached) / (2 * len(others))
