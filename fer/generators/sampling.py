"""Samples that depend on their own number alone: noise by counter, and batches that always have the same shape."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer.generators.base import Labels

BATCH = 64
"""Samples in every batch. Kernels are chosen by shape, so that another size would change the last bits."""


def sample_noise(labels: Labels, indices: Labels, seed: int, size: int) -> NDArray[np.float32]:
    """Standard normal noise (b, size) of the samples with these labels and numbers.

    Each row comes from a Philox stream of its own, keyed by the seed and placed by label and number (Salmon et al.,
    Parallel random numbers: as easy as 1, 2, 3, 2011), so that no row depends on another.
    """
    rows = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, int(index), int(label)])).standard_normal(
            size, dtype=np.float32
        )
        for label, index in zip(labels, indices, strict=True)
    ]
    return np.stack(rows)


def number_within_label(labels: Labels, before: NDArray[np.int64]) -> Labels:
    """For each of ``labels`` (n,), how many of its label came earlier, given how many lay ``before`` (classes,)."""
    numbers = np.empty_like(labels)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        numbers[places] = before[label] + np.arange(len(places))
    return numbers


class Batch(NamedTuple):
    """One aligned batch of a run of consecutive positions."""

    rows: NDArray[np.int64]
    """(BATCH,) offsets into the run; places of the batch that lie outside repeat the nearest one that lies inside."""
    wanted: slice
    """The places of the batch that belong to the run."""


def aligned_batches(first: int, count: int) -> Iterator[Batch]:
    """Batches that cover positions ``first`` to ``first + count``; each starts at a multiple of BATCH.

    A position has the same place in a batch of the same shape wherever the run starts and ends, so that its sample has
    the same bits.
    """
    for start in range(first - first % BATCH, first + count, BATCH):
        positions = np.arange(start, start + BATCH)
        low, high = max(start, first), min(start + BATCH, first + count)
        yield Batch(np.clip(positions, low, high - 1) - first, slice(low - start, high - start))
