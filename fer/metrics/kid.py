"""Kernel distance between two sets of features: KID where they are Inception's (Bińkowski et al. 2018, 1801.01401)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer.metrics.frechet import Features

_BLOCK = 512

Sums = NDArray[np.float64]


@dataclass(frozen=True)
class KernelDistance:
    """An estimate and its standard error."""

    value: float
    """Without bias, so that it is below zero about as often as above where both sets are of one kind."""
    error: float


class KernelReference:
    """One side of the distance, whose own kernel is summed once for any number of others."""

    def __init__(self, features: Features) -> None:
        """``features`` (n, d), n > 2."""
        self._features = features.astype(np.float64)
        self._own = _own_sums(self._features)

    def distance(self, features: Features) -> KernelDistance:
        """The squared maximum mean discrepancy to ``features`` (m, d), m > 2, by the kernel (x.y / d + 1)^3.

        The unbiased estimate over all pairs (Gretton et al. 2012, J. Mach. Learn. Res. 13, 723, equation 3): what the
        mean over subsets estimates as well, without their additional noise. Its error is the jackknife's for a
        statistic of two samples (Arvesen 1969, Ann. Math. Statist. 40, 2076): each image is left out in turn.
        """
        ours, theirs = self._features, features.astype(np.float64)
        own = _own_sums(theirs)
        across, back = np.empty(len(ours)), np.zeros(len(theirs))
        for block, kernel in _kernel_blocks(ours, theirs):
            across[block] = kernel.sum(axis=1)
            back += kernel.sum(axis=0)
        mean = across.sum() / (len(ours) * len(theirs))
        value = _mean_over_pairs(self._own) + _mean_over_pairs(own) - 2 * mean
        variance = 0.0
        for inner, outer, others in ((self._own, across, len(theirs)), (own, back, len(ours))):
            count = len(inner)
            within = (inner.sum() - 2 * inner) / ((count - 1) * (count - 2))
            left = within - 2 * (outer.sum() - outer) / ((count - 1) * others)
            variance += (count - 1) * float(left.var())
        return KernelDistance(float(value), float(np.sqrt(variance)))


def _mean_over_pairs(sums: Sums) -> float:
    return float(sums.sum() / (len(sums) * (len(sums) - 1)))


def _own_sums(features: NDArray[np.float64]) -> Sums:
    """(n,): for each image the sum of its kernel with every other."""
    sums = np.empty(len(features))
    for block, kernel in _kernel_blocks(features, features):
        rows = np.arange(block.start, block.stop)
        sums[block] = kernel.sum(axis=1) - kernel[rows - block.start, rows]
    return sums


def _kernel_blocks(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    for start in range(0, len(first), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(first)))
        yield block, (first[block] @ second.T / first.shape[1] + 1) ** 3
