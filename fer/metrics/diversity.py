"""Diversity: how far apart two images of one class are, among samples and among real images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import LEAST_IMAGES
from fer.metrics.evidence import FEATURES, SIDES, Evidence
from fer.metrics.frechet import Features
from fer.metrics.neighbours import distance_blocks


def mean_distance(features: Features) -> float:
    """The mean Euclidean distance of two different ones of ``features`` (n, d), n >= 2, over all pairs."""
    total = sum(float(distances.sum()) for _, distances in distance_blocks(features, features))
    return total / (len(features) * (len(features) - 1))


def measure_diversity(evidence: Evidence) -> dict[str, Any]:
    """``synthetic`` and ``real``: the mean distance between the features of two images of one class.

    Overall the mean over ``images`` on each side, each counted with its class, and ``per_class`` (None below
    LEAST_IMAGES). The real side are held-out images.
    """
    labels = evidence.comparison.matched.labels
    classes = evidence.comparison.dataset.classes
    own = {name: np.flatnonzero(labels == label) for label, name in enumerate(classes)}
    found = {name: _of_class(evidence, places) for name, places in own.items() if len(places) > 1}
    weights = [one["images"] for one in found.values()]
    return {
        "images": sum(weights),
        **{side: float(np.average([one[side] for one in found.values()], weights=weights)) for side in SIDES},
        "per_class": {name: found[name] if len(places) >= LEAST_IMAGES else None for name, places in own.items()},
    }


def _of_class(evidence: Evidence, own: NDArray[np.int64]) -> dict[str, Any]:
    return {"images": len(own)} | {
        side: mean_distance(evidence.features(FEATURES, of)[own]) for side, of in SIDES.items()
    }
