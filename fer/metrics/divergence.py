"""Jensen-Shannon distance between histograms in the plane: how far samples and real images share their places."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.metrics.comparison import LEAST_IMAGES
from fer.metrics.embedding import OF_HELD_OUT, OF_SAMPLES, OF_TRAINING, Method, Plane, Points
from fer.metrics.evidence import Evidence

BINS = 20
"""Along each axis, over the range of all images in the plane."""
OTHER_BINS = (5, 10, 20, 40)
"""Beside them, since the distance of finite sets grows with the number of bins."""
HALVINGS = 3
"""And for the first half, quarter and eighth of the images, since it falls with their number."""

Edges = tuple[NDArray[np.float64], NDArray[np.float64]]


def distance_in_plane(first: Points, second: Points, edges: Edges) -> float:
    """The Jensen-Shannon distance, base 2, of the histograms of (n, 2) and (m, 2) points.

    The root of the divergence (Endres and Schindelin 2003, IEEE Trans. Inf. Theory 49, 1858): 0 where they are the
    same, 1 where they share no bin.
    """
    from scipy.spatial.distance import jensenshannon

    shares = [
        np.histogram2d(places[:, 0], places[:, 1], bins=edges)[0].ravel() / len(places)
        for places in (first.astype(np.float64), second.astype(np.float64))
    ]
    # Of equal histograms rounding may leave a divergence just below zero, whose root is not a number.
    return float(np.nan_to_num(jensenshannon(*shares, base=2)))


def measure_divergence(evidence: Evidence) -> dict[str, Any]:
    """``images`` of each origin, and for ``tsne`` and ``pca`` how far samples and real images lie from training images.

    ``synthetic`` and ``real`` (held-out images, the floor) overall and ``per_class`` (None below LEAST_IMAGES), in
    ``bins`` x ``bins`` bins over the range of the whole plane; ``by_bins`` and ``by_images`` show how much of it is due
    to the number of bins and of images: where the floor is as high, the distance says nothing.
    """
    plane = evidence.plane
    return {
        "images": len(plane.side_labels),
        "tsne": _of(plane, "tsne", evidence.comparison.dataset.classes),
        "pca": _of(plane, "pca", evidence.comparison.dataset.classes),
    }


def _of(plane: Plane, method: Method, classes: Sequence[str]) -> dict[str, Any]:
    sides = {origin: plane.side(method, origin) for origin in (OF_TRAINING, OF_HELD_OUT, OF_SAMPLES)}
    everything = np.concatenate(list(sides.values())).astype(np.float64)
    labels = plane.side_labels

    def beside(bins: int, chosen: NDArray[np.int64]) -> dict[str, float]:
        across, up = (np.linspace(axis.min(), axis.max(), bins + 1) for axis in everything.T)
        reference = sides[OF_TRAINING][chosen]
        return {
            name: distance_in_plane(sides[origin][chosen], reference, (across, up))
            for name, origin in (("synthetic", OF_SAMPLES), ("real", OF_HELD_OUT))
        }

    every = np.arange(len(labels))
    # Classes lie one after another, each in a random order: every second image is half of each class.
    parts = [every[:: 2**halving] for halving in range(HALVINGS + 1)]
    own = {name: np.flatnonzero(labels == label) for label, name in enumerate(classes)}
    return {
        "bins": BINS,
        **beside(BINS, every),
        "per_class": {
            name: {"images": len(one), **beside(BINS, one)} if len(one) >= LEAST_IMAGES else None
            for name, one in own.items()
        },
        "by_bins": [{"bins": bins, **beside(bins, every)} for bins in OTHER_BINS],
        "by_images": [{"images": len(part), **beside(BINS, part)} for part in parts if len(part) >= LEAST_IMAGES],
    }
