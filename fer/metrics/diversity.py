"""Diversity: how far apart two images of one class are, among samples and among real images."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import LEAST_IMAGES
from fer.metrics.evidence import FEATURES, SIDES, Evidence
from fer.metrics.frechet import Features
from fer.metrics.neighbours import distance_blocks


@dataclass(frozen=True)
class MeanDistance:
    """A mean over pairs of images and its standard error, for other images of the same kind."""

    value: float
    error: float | None
    """None of two images, which are one pair."""


def mean_distance(features: Features) -> MeanDistance:
    """The mean Euclidean distance of two different ones of ``features`` (n, d), n >= 2, over all pairs.

    Every image is in n - 1 pairs, so that its error is the jackknife's (Arvesen 1969, Ann. Math. Statist. 40, 2076):
    what the mean would be without each image in turn follows from the sums of its distances.
    """
    count = len(features)
    sums = np.concatenate([distances.sum(axis=1) for _, distances in distance_blocks(features, features)])
    value = float(sums.sum() / (count * (count - 1)))
    if count == 2:
        return MeanDistance(value, None)
    left = (sums.sum() - 2 * sums) / ((count - 1) * (count - 2))
    return MeanDistance(value, float(np.sqrt((count - 1) * left.var())))


def measure_diversity(evidence: Evidence) -> dict[str, Any]:
    """``synthetic`` and ``real``: the mean distance between the features of two images of one class.

    Overall the mean over ``images`` on each side, each counted with its class, and ``per_class`` (None below
    LEAST_IMAGES). The real side are held-out images. ``synthetic_error`` and ``real_error`` are standard errors, for
    other images of the same classes in the same numbers; overall None where a class has only two.
    """
    labels = evidence.comparison.matched.labels
    classes = evidence.comparison.dataset.classes
    own = {name: np.flatnonzero(labels == label) for label, name in enumerate(classes)}
    found = {name: _of_class(evidence, places) for name, places in own.items() if len(places) > 1}
    images = sum(one["images"] for one in found.values())
    overall: dict[str, Any] = {"images": images}
    for side in SIDES:
        shares = [one["images"] / images for one in found.values()]
        errors = [one[f"{side}_error"] for one in found.values()]
        overall[side] = sum(share * one[side] for share, one in zip(shares, found.values(), strict=True))
        overall[f"{side}_error"] = (
            None
            if None in errors
            else sqrt(sum((share * error) ** 2 for share, error in zip(shares, errors, strict=True)))
        )
    return {
        **overall,
        "per_class": {name: found[name] if len(places) >= LEAST_IMAGES else None for name, places in own.items()},
    }


def _of_class(evidence: Evidence, own: NDArray[np.int64]) -> dict[str, Any]:
    found: dict[str, Any] = {"images": len(own)}
    for side, of in SIDES.items():
        distance = mean_distance(evidence.features(FEATURES, of)[own])
        found |= {side: distance.value, f"{side}_error": distance.error}
    return found
