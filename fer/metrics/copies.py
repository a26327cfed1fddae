"""Exact copies: samples that are real images pixel for pixel, and samples that occur more than once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.data.duplicates import image_keys
from fer.metrics.comparison import Comparison


def measure_copies(comparison: Comparison) -> dict[str, Any]:
    """Count copies among all ``images`` samples, and at an equal number beside real images.

    ``of_training``: samples that equal a training image; ``of_real``: that equal any real image; ``duplicates``:
    samples beyond the first of each distinct one. ``equal_number`` holds copies of training images and duplicates among
    the first ``images`` samples (``synthetic``), and among as many held-out real images (``real``). These are free of
    duplicates and hold no training image: what a data set repeats or leaks excuses no generator, and its audit tells.
    """
    dataset = comparison.dataset
    training = image_keys(dataset.train.images)
    others = image_keys(np.concatenate([dataset.validation.images, dataset.test.images]))
    samples = image_keys(comparison.synthetic.images)
    number = min(len(samples), len(comparison.held_out))
    return {
        "images": len(samples),
        "of_training": _occurring(samples, training),
        "of_real": _occurring(samples, np.concatenate([training, others])),
        "duplicates": _repeated(samples),
        "equal_number": {
            "images": number,
            "synthetic": _copies(samples[:number], training),
            "real": _copies(image_keys(comparison.held_out.images[:number]), training),
        },
    }


def _copies(keys: NDArray[np.void], training: NDArray[np.void]) -> dict[str, int]:
    return {"of_training": _occurring(keys, training), "duplicates": _repeated(keys)}


def _occurring(keys: NDArray[np.void], among: NDArray[np.void]) -> int:
    return int(np.isin(keys, among).sum())


def _repeated(keys: NDArray[np.void]) -> int:
    return len(keys) - len(np.unique(keys))
