"""Nearest neighbours and distances among features, in blocks, so that memory stays small and a signal is soon heard."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from fer.metrics.frechet import Features

_BLOCK = 512

Distances = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Distances to the nearest, in one space."""

    samples: Distances
    """(n,): from each sample that stands beside a held-out image to its nearest training image."""
    places: Places
    """(n,): where that lies among the training images."""
    held_out: Distances
    """(n,): from each held-out real image to its nearest training image."""
    members: Distances
    """(k,): from training images that the generator saw to their nearest of all samples."""
    others: Distances
    """(k,): from as many held-out real images to their nearest of all samples."""


def find_neighbours(
    samples: Features, held_out: Features, training: Features, *, compared: Places, members: Places, others: Places
) -> Neighbours:
    """The neighbours among features of all samples (s, d), of held-out images (n, d) and of training images (m, d).

    ``compared`` (n,) are places in ``samples``, ``members`` (k,) in ``training`` and ``others`` (k,) in ``held_out``.
    These two are looked for among all samples: a member's copy would often be missing among the compared ones.
    """
    distances, places = nearest(samples[compared], training)
    return Neighbours(
        distances,
        places,
        nearest(held_out, training)[0],
        nearest(training[members], samples)[0],
        nearest(held_out[others], samples)[0],
    )


def nearest(queries: Features, among: Features) -> tuple[Distances, Places]:
    """The Euclidean distance of each query (n, d) to the nearest of ``among`` (m, d), and where that lies: (n,) both.

    It is found in single precision by way of scalar products, to which the distance of two equal images is not quite
    zero; the distance returned is computed anew from the differences.
    """
    places = np.empty(len(queries), dtype=np.int64)
    distances = np.empty(len(queries))
    others = torch.from_numpy(among)
    for block in _blocks(len(queries)):
        places[block] = torch.cdist(torch.from_numpy(queries[block]), others).argmin(dim=1).numpy()
        difference = queries[block].astype(np.float64) - among[places[block]]
        distances[block] = np.sqrt((difference**2).sum(axis=1))
    return distances, places


def distance_to_kth(features: Features, k: int) -> Distances:
    """(n,): from each of ``features`` (n, d) to its k-th nearest other one, 1 <= k < n."""
    values = features.astype(np.float64)
    found = NearestNeighbors(algorithm="brute").fit(values)
    radii = np.empty(len(values))
    for block in _blocks(len(values)):
        # The image itself is one of k + 1; where others are equal to it, it does not matter which of them is left out.
        distances, _ = found.kneighbors(values[block], n_neighbors=k + 1)
        radii[block] = distances[:, -1]
    return radii


def distance_blocks(first: Features, second: Features) -> Iterator[tuple[slice, Distances]]:
    """Rows of the distances (n, m) between ``first`` (n, d) and ``second`` (m, d), with where the rows belong."""
    values, others = first.astype(np.float64), second.astype(np.float64)
    for block in _blocks(len(values)):
        yield block, pairwise_distances(values[block], others)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))
