"""The points of an assessment's planes."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLANES = {"tsne": "t-SNE", "pca": "principal components"}
"""Names of the planes in words."""
TRAINING, HELD_OUT, SAMPLES = range(3)
"""Where a point comes from: real training images, held-out real images, samples."""

Points = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Plane:
    """The same m images in two planes, equally many of each origin."""

    tsne: Points
    """(m, 2)."""
    pca: Points
    """(m, 2): the first two principal components."""
    origin: NDArray[np.uint8]
    """(m,): TRAINING, HELD_OUT or SAMPLES."""
    labels: NDArray[np.unsignedinteger[Any]]
    """(m,): the class of a real image, or the one asked for."""

    def points(self, name: str) -> Points:
        """The points of a plane: ``tsne`` or ``pca``."""
        return self.tsne if name == "tsne" else self.pca


def read_plane(data: bytes) -> Plane:
    """A plane from the bytes of its file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Plane(*(arrays[name] for name in ("tsne", "pca", "origin", "labels")))
