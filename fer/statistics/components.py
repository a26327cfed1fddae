"""How much of the spread of scores is due to seeds and how much to test images, and what that leaves of differences.

Seeds and images are crossed: every network of every seed is measured on the same images. That is the layout of readers
and cases in diagnostic medicine, with seeds for readers, and its analysis is used here: Obuchowski and Rockette
(1995), with the degrees of freedom of Hillis (2007, Statistics in Medicine 26, 596-619). The error of a mean over S
seeds is

    error^2 = s^2 / S + c,    degrees of freedom = (S - 1) (error^2 / (s^2 / S))^2

where s^2 is the variance between seeds, which holds what is particular to a seed on these images too, and c the
covariance between different seeds that comes from their common images, found by resampling the images, zero at least.

Percentiles of a bootstrap that resamples seeds and images together were tried and left: with five seeds it calls
procedures different that do not differ in SHARE of simulated studies rather than 5 %, since five resampled values spread
by too little and have no heavier tails.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.statistics.estimate import Estimate

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Components:
    """Means of m conditions over the same S seeds, and their covariances by origin."""

    means: NDArray[np.float64]
    """(m,)."""
    between_seeds: NDArray[np.float64]
    """(m, m), of a single seed's scores; zero for one seed, of which nothing is known."""
    shared: NDArray[np.float64]
    """(m, m), of the means, by their common images; for one seed all that the images do."""
    seeds: int

    def moments(self, weights: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Values, standard errors and degrees of freedom of linear combinations of the means; weights: (n, m)."""
        by_seeds = np.einsum("nj,jk,nk->n", weights, self.between_seeds, weights) / self.seeds
        by_seeds = np.maximum(by_seeds, 0)  # rounding
        by_images = np.maximum(np.einsum("nj,jk,nk->n", weights, self.shared, weights), 0)
        variance = by_seeds + by_images
        freedom = np.full(len(weights), np.inf)
        uncertain = by_seeds > 0
        freedom[uncertain] = (self.seeds - 1) * (variance[uncertain] / by_seeds[uncertain]) ** 2
        return np.asarray(weights @ self.means), np.sqrt(variance), freedom

    def contrast(self, weights: Floats) -> Estimate:
        """One linear combination of the means; weights: (m,)."""
        value, error, freedom = self.moments(weights[None])
        return Estimate(float(value[0]), float(error[0]), float(freedom[0]))

    def parts(self, weights: Floats) -> tuple[float, float]:
        """Variance of a linear combination between single seeds, and that which all seeds share."""
        by_seeds, by_images = float(weights @ self.between_seeds @ weights), float(weights @ self.shared @ weights)
        return max(by_seeds, 0.0), max(by_images, 0.0)


def components(values: Floats, resampled: Floats) -> Components:
    """Components of scores (S, m) by seed and condition, S >= 1.

    resampled: (S, m, resamples), the same networks on resampled images, the same ones for all.
    """
    seeds, conditions, resamples = resampled.shape
    centred = resampled - resampled.mean(axis=2, keepdims=True, dtype=np.float64)
    mean = centred.mean(axis=0)
    of_mean = mean @ mean.T / (resamples - 1)
    if seeds == 1:
        return Components(values[0].astype(np.float64), np.zeros((conditions, conditions)), of_mean, 1)
    of_each = np.einsum("sjr,skr->jk", centred, centred) / (resamples - 1)
    between_different_seeds = (seeds**2 * of_mean - of_each) / (seeds * (seeds - 1))
    return Components(
        values.mean(axis=0, dtype=np.float64),
        np.cov(values.T, ddof=1).reshape(conditions, conditions),
        between_different_seeds,
        seeds,
    )
