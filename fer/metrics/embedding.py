"""Two pictures of features in the plane: t-SNE and the first two principal components (scikit-learn)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fer.metrics.frechet import Features

Points = NDArray[np.float32]
PlaneLabels = NDArray[np.unsignedinteger[Any]]
Method = Literal["tsne", "pca"]

MOST_EACH = 1_000
"""Images of each origin: t-SNE's time grows faster than their number."""
OF_TRAINING, OF_HELD_OUT, OF_SAMPLES = 0, 1, 2
"""Origins, in this order."""
_SEED = 0
_COMPONENTS = 50
"""t-SNE is given so many principal components at most, as its authors do (van der Maaten and Hinton 2008)."""
_PERPLEXITY = 30.0


@dataclass(frozen=True, eq=False)
class Plane:
    """Where images of each origin lie, in equal numbers."""

    tsne: Points
    """(m, 2)."""
    pca: Points
    """(m, 2)."""
    origin: NDArray[np.uint8]
    """(m,): OF_TRAINING, OF_HELD_OUT or OF_SAMPLES."""
    labels: PlaneLabels
    """(m,), of the smallest type that holds them."""

    def side(self, method: Method, origin: int) -> Points:
        """The places (m / 3, 2) of one origin; position i has the same label at every origin."""
        points = self.tsne if method == "tsne" else self.pca
        chosen: Points = points[self.origin == origin]
        return chosen

    @property
    def side_labels(self) -> PlaneLabels:
        """(m / 3,): the labels of each side."""
        labels: PlaneLabels = self.labels[self.origin == OF_SAMPLES]
        return labels


def embed(training: Features, held_out: Features, synthetic: Features, labels: NDArray[np.int64]) -> Plane:
    """The plane of three sets of features (n, d), whose ``labels`` (n,) are the same; n >= 2, d >= 2.

    Both pictures are made of all three together, so that none of them is the measure of the others. t-SNE begins from
    the principal components, and keeps to one thread: with several, its sums depend on which of them is the first.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    features = np.concatenate([training, held_out, synthetic]).astype(np.float64)
    count, size = features.shape
    components = PCA(min(_COMPONENTS, count, size), svd_solver="full").fit_transform(features)
    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    with threadpool_limits(1):
        places = TSNE(perplexity=perplexity, init="pca", random_state=_SEED).fit_transform(components)
    return Plane(
        places.astype(np.float32),
        components[:, :2].astype(np.float32),
        np.repeat(np.array([OF_TRAINING, OF_HELD_OUT, OF_SAMPLES], dtype=np.uint8), len(labels)),
        np.tile(labels.astype(np.min_scalar_type(labels.max())), 3),
    )


def save_plane(path: Path, plane: Plane) -> None:
    """Write its arrays as an npz file without pickles."""
    np.savez(path, allow_pickle=False, tsne=plane.tsne, pca=plane.pca, origin=plane.origin, labels=plane.labels)
