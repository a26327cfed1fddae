"""Memorisation: whether samples lie nearer to the training images than new real images do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import LEAST_IMAGES
from fer.metrics.evidence import Evidence
from fer.metrics.neighbours import Distances, Neighbours

NEAR = 0.01
"""This share of one half of the held-out real images is as near to a training image as a near copy."""
PAIRS = 10


def measure_memorisation(evidence: Evidence) -> dict[str, Any]:
    """By space (``pixels``: root mean square difference in grey levels; ``features``): distances to the nearest.

    ``images`` samples and as many held-out real images beside ``training`` distinct training images: the ``median``
    distance to the nearest of these, and shares of ``near_copies`` (see there). ``membership``: ``members``, training
    images that the generator saw, and as many ``others``, held-out ones, told apart by their distance to the nearest of
    all assessed samples (Chen et al. 2020, arXiv 1909.03935, their black-box attack); see ``separation``. Of fewer than
    LEAST_IMAGES members the area is None.

    The network of the features has learned the training images, so that they lie a little apart from all others
    whatever the generator did: an area below one half in that space is the network's doing. Pixels know no such bias.
    """
    return {
        space: {
            "images": len(found.samples),
            "training": len(evidence.comparison.training),
            **_distances(found),
            "membership": _membership(found),
        }
        for space, found in evidence.neighbours.items()
    }


def near_copies(samples: Distances, held_out: Distances) -> dict[str, float]:
    """Shares as near to a training image as a ``threshold``: of samples (n,) and of held-out images (m,), m >= 2.

    The threshold is that of the nearest NEAR of every second held-out image, and the ``real`` share is measured on the
    others: on the images that it was set by, it would be NEAR whatever they are. Matched images come class by class, so
    that each half holds half of every class, give or take one.
    """
    setting, checking = held_out[::2], held_out[1::2]
    threshold = float(np.quantile(setting, NEAR, method="lower"))
    return {
        "threshold": threshold,
        "synthetic": float((samples <= threshold).mean()),
        "real": float((checking <= threshold).mean()),
    }


def closest_pairs(found: Neighbours, most: int = PAIRS) -> NDArray[np.int64]:
    """The samples (p,) that are the nearest to a training image, the nearest first, none twice beside the same one."""
    order = np.argsort(found.samples, kind="stable")
    _, first = np.unique(found.places[order], return_index=True)
    return order[np.sort(first)[:most]]


def separation(members: Distances, others: Distances) -> tuple[float, float]:
    """How well distances tell ``members`` (n,) from ``others`` (m,): the area under the ROC curve, and its error.

    The area is the probability that a random member is nearer than a random other, one half where nothing was
    memorised. The standard error is that of DeLong et al. 1988 (Biometrics 44, 837): n and m >= 2.
    """
    from scipy.stats import rankdata

    count, both = len(members), rankdata(np.concatenate([-members, -others]))
    beaten = (both[:count] - rankdata(-members)) / len(others)  # for each member, the share of others farther off
    lost = 1 - (both[count:] - rankdata(-others)) / count
    variance = beaten.var(ddof=1) / count + lost.var(ddof=1) / len(others)
    return float(beaten.mean()), float(np.sqrt(variance))


def _distances(found: Neighbours) -> dict[str, Any]:
    return {
        "synthetic": {"median": float(np.median(found.samples))},
        "real": {"median": float(np.median(found.held_out))},
        "near_copies": near_copies(found.samples, found.held_out),
    }


def _membership(found: Neighbours) -> dict[str, Any]:
    enough = len(found.members) >= LEAST_IMAGES
    area, error = separation(found.members, found.others) if enough else (None, None)
    return {"members": len(found.members), "others": len(found.others), "auc": area, "auc_error": error}
