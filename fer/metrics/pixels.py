"""Brightness, contrast and saturation of samples, each beside the same figure of as many held-out real images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import Comparison

Images = NDArray[np.uint8]


def pixel_statistics(images: Images, reference: NDArray[np.float64]) -> dict[str, float]:
    """Statistics of uint8 images (n, h, w), n > 0, in grey levels from 0 to 255.

    ``mean``; ``contrast``: standard deviation of the pixels within an image, averaged over images; ``saturated``: share
    of pixels that are exactly 0 or 255; ``mean_image_distance``: root mean square difference between the mean of the
    images and ``reference`` (h, w).
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    difference = images.mean(axis=0, dtype=np.float64) - reference
    return {
        "mean": float(pixels.mean(dtype=np.float64)),
        "contrast": float(pixels.std(axis=1).mean(dtype=np.float64)),
        "saturated": float(((images == 0) | (images == 255)).mean()),
        "mean_image_distance": float(np.sqrt((difference**2).mean())),
    }


def measure_pixels(comparison: Comparison) -> dict[str, Any]:
    """``overall`` and ``per_class``: the number of ``images`` on each side, and ``synthetic`` and ``real`` statistics.

    Both sides hold the same number of images in every class. The mean image's distance is that from the mean training
    image (of the class), so that the real side shows how far as many real images stray from it. A class of which either
    side has no image is None.
    """
    matched, train = comparison.matched, comparison.dataset.train
    synthetic = comparison.synthetic.images[matched.synthetic]
    real = comparison.held_out.images[matched.real]

    def beside(ours: Images, theirs: Images, reference: Images) -> dict[str, Any] | None:
        if len(ours) == 0:
            return None
        mean_image = reference.mean(axis=0, dtype=np.float64)
        return {
            "images": len(ours),
            "synthetic": pixel_statistics(ours, mean_image),
            "real": pixel_statistics(theirs, mean_image),
        }

    return {
        "overall": beside(synthetic, real, train.images),
        "per_class": {
            name: beside(
                synthetic[matched.labels == label],
                real[matched.labels == label],
                train.images[train.labels == label],
            )
            for label, name in enumerate(comparison.dataset.classes)
        },
    }
