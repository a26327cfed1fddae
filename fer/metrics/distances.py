"""Distances between the features of samples and of real images, and how far real images are from each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import LEAST_IMAGES
from fer.metrics.evidence import FEATURES, INCEPTION, JUDGE, REFERENCE, SIDES, Evidence
from fer.metrics.frechet import Features, FrechetReference
from fer.metrics.kid import KernelReference
from fer.metrics.manifold import Manifold


def measure_distances(evidence: Evidence) -> dict[str, Any]:
    """By source of the features (``features``, ``judge``, and ``inception`` where its weights are given).

    ``synthetic``: from ``images`` samples to as many distinct training images of the same classes; ``real``: from as
    many held-out real images to the same ones, the floor. ``fid``, ``kid`` with its standard error, ``precision``,
    ``recall``, ``density``, ``coverage``; ``per_class`` the kernel distance and coverage (None below LEAST_IMAGES: a
    Fréchet distance would mean nothing on so few). They are the published FID and KID for Inception's features alone.
    """
    return {
        source: {
            "images": len(evidence.comparison.matched),
            **_of_all(evidence, source),
            "per_class": _per_class(evidence, source),
        }
        for source in (FEATURES, JUDGE, INCEPTION)
        if source in evidence.networks
    }


def _of_all(evidence: Evidence, source: str) -> dict[str, Any]:
    reference = evidence.features(source, REFERENCE)
    frechet, kernel, manifold = FrechetReference(reference), KernelReference(reference), Manifold(reference)

    def measured(features: Features) -> dict[str, float]:
        distance = kernel.distance(features)
        return {
            "fid": frechet.distance(features),
            "kid": distance.value,
            "kid_error": distance.error,
            **manifold.measure(features),
        }

    return {side: measured(evidence.features(source, of)) for side, of in SIDES.items()}


def _per_class(evidence: Evidence, source: str) -> dict[str, Any]:
    labels = evidence.comparison.matched.labels
    found: dict[str, Any] = {}
    for label, name in enumerate(evidence.comparison.dataset.classes):
        own = np.flatnonzero(labels == label)
        found[name] = _of_class(evidence, source, own) if len(own) >= LEAST_IMAGES else None
    return found


def _of_class(evidence: Evidence, source: str, own: NDArray[np.int64]) -> dict[str, Any]:
    reference = evidence.features(source, REFERENCE)[own]
    kernel, manifold = KernelReference(reference), Manifold(reference)

    def measured(features: Features) -> dict[str, float]:
        distance = kernel.distance(features)
        return {
            "kid": distance.value,
            "kid_error": distance.error,
            "coverage": manifold.measure(features)["coverage"],
        }

    return {"images": len(own)} | {side: measured(evidence.features(source, of)[own]) for side, of in SIDES.items()}
