"""Fréchet distance between two sets of features (Heusel et al. 2017, arXiv 1706.08500)."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Features = NDArray[np.floating[Any]]


class FrechetReference:
    """One side of the distance, whose matrix root is computed once for any number of others."""

    def __init__(self, features: Features) -> None:
        """``features`` (n, d). There may be fewer of them than dimensions; of a single one the covariance is zero."""
        self._mean, self._covariance = _moments(features)
        values, vectors = torch.linalg.eigh(self._covariance)
        self._root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T

    def distance(self, features: Features) -> float:
        """The squared Fréchet distance of normal distributions with the moments of the two sets.

        |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), S estimated with n - 1. The last trace is taken from
        R S2 R with R = S1^(1/2): it has the same eigenvalues as S1 S2 and, being symmetric, real ones whatever the
        ranks. Computed in double precision with torch, which keeps to the threads that the stage was given.
        """
        mean, covariance = _moments(features)
        product = self._root @ covariance @ self._root
        roots = torch.linalg.eigvalsh((product + product.T) / 2).clamp(min=0).sqrt()
        spread = self._covariance.trace() + covariance.trace() - 2 * roots.sum()
        # Rounding may leave a distance of zero slightly negative.
        return max(0.0, float((self._mean - mean).square().sum() + spread))


def _moments(features: Features) -> tuple[Tensor, Tensor]:
    """Mean (d,) and covariance (d, d) in double precision."""
    values = torch.from_numpy(np.asarray(features, dtype=np.float64))
    count, size = values.shape
    return values.mean(dim=0), torch.cov(values.T, correction=min(1, count - 1)).reshape(size, size)
