"""How much of the spread of scores is due to seeds and how much to test images, and what that leaves of differences.

Seeds and images are crossed: the networks of every seed are measured on the same images, like readers on the same cases
in diagnostic medicine, whose variance components are used here (Obuchowski and Rockette 1995, Communications in
Statistics 24, 285-308). The squared error of a mean over S seeds has two parts. One is s^2 / S with the variance s^2
between seeds, which holds what is particular to a seed on these images too. The other is the covariance between
different seeds that their common images cause, found by resampling the images, and zero at least. ``half_width`` in
``fer.statistics.estimate`` makes an interval of both.

Other ways were tried on simulated studies (``tests/unit/statistics/simulated.py``: macro-F1, seeds that spread by one
to four points) and left. How often each calls procedures different that do not differ, where 5 % is meant:

- this one: 3 to 5 % with three, five and ten seeds;
- percentiles of a bootstrap of seeds and images together, five seeds: 3 % where seeds spread by one point, 10 % at two
  and 14 % at four, since five resampled values vary too little and their tails are too light;
- the same, studentised: 6 to 7 %, and 10 % with three seeds;
- Student's t on the differences of seeds alone: 5 to 8 %, since it takes the test images for the only ones there are;
- one t for the whole error with Hillis's (2007) degrees of freedom: 5 to 6 %, and 8 % with three seeds.
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

    def errors(self, weights: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Standard errors, by seeds and by images, of linear combinations of the means; weights: (n, m)."""
        by_seeds = np.einsum("nj,jk,nk->n", weights, self.between_seeds, weights) / self.seeds
        by_images = np.einsum("nj,jk,nk->n", weights, self.shared, weights)
        return np.sqrt(np.maximum(by_seeds, 0)), np.sqrt(np.maximum(by_images, 0))

    def contrast(self, weights: Floats) -> Estimate:
        """One linear combination of the means, which are scores between 0 and 1; weights: (m,)."""
        (by_seeds,), (by_images,) = self.errors(weights[None])
        least, most = float(weights[weights < 0].sum()), float(weights[weights > 0].sum())
        return Estimate(float(weights @ self.means), float(by_seeds), float(by_images), self.seeds, least, most)


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
        np.asarray(np.cov(values.T, ddof=1), np.float64).reshape(conditions, conditions),
        between_different_seeds,
        seeds,
    )
