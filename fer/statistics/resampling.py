"""Scores of many networks on the same resampled test images (Efron 1979), from confusion counts.

Every network sees the same resamples, so that what the images have in common cancels in differences.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
"""They give the error of a score to about 2 %."""
_SEED = 0x696D67
_AT_ONCE = 128
"""Networks whose counts are in memory at the same time."""

Predicted = NDArray[np.unsignedinteger[Any]]
Labels = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Resampled:
    """Scores (networks, resamples), float32."""

    macro_f1: NDArray[np.float32]
    accuracy: NDArray[np.float32]


def image_weights(images: int, resamples: int = RESAMPLES, seed: int = _SEED) -> NDArray[np.float32]:
    """How often each image is drawn, (resamples, images): each row is ``images`` draws with replacement."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(images, size=(resamples, images))
    drawn += images * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * images).reshape(resamples, images).astype(np.float32)


def resampled_scores(
    predicted: Predicted, labels: Labels, classes: int, weights: NDArray[np.float32] | None = None
) -> Resampled:
    """Macro-F1 and accuracy of predicted labels (networks, images) under weighted images.

    labels: (images,), at least one. weights: (resamples, images) as from ``image_weights``, which is the default.
    Macro-F1 runs over the classes that have images in the resample, as everywhere else.
    """
    weights = image_weights(len(labels)) if weights is None else weights
    macro_f1 = np.empty((len(predicted), len(weights)), np.float32)
    accuracy = np.empty_like(macro_f1)
    for first in range(0, len(predicted), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        macro_f1[part], accuracy[part] = _scores(predicted[part], labels, classes, weights)
    return Resampled(macro_f1, accuracy)


def _scores(
    predicted: Predicted, labels: Labels, classes: int, weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    networks, resamples = len(predicted), len(weights)
    right = np.zeros((classes, networks, resamples), np.float32)
    taken = np.zeros((classes, networks, resamples), np.float32)
    support = np.zeros((classes, 1, resamples), np.float32)
    for label in np.unique(labels):
        own = labels == label
        drawn = np.ascontiguousarray(weights[:, own].T)
        support[label] = drawn.sum(axis=0)
        for other in range(classes):  # a row of every network's confusion matrix, one entry at a time
            count = (predicted[:, own] == other).astype(np.float32) @ drawn
            taken[other] += count
            if other == label:
                right[label] = count
    there = np.broadcast_to(support > 0, right.shape)
    f1 = np.divide(2 * right, taken + support, out=np.zeros_like(right), where=there)
    return f1.sum(axis=0) / there.sum(axis=0), right.sum(axis=0) / support.sum(axis=0)
