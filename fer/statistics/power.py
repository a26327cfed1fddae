"""How many seeds it would take to see a difference between procedures."""

import numpy as np

from fer.statistics.claims import LEAST_SEEDS
from fer.statistics.estimate import ALPHA, half_width

POWER = 0.8
MOST_SEEDS = 10_000
_SHOWN = 1000
"""Quantiles of the variance between seeds over which the mean is taken."""


def power(difference: float, seeds: int, between_seeds: float, shared: float) -> float:
    """The chance that so many seeds, two at least, show a true ``difference``, two-sided at ``ALPHA``.

    between_seeds: variance of the difference between single seeds; shared: that of their mean which more seeds do not
    lessen. The mean over the variances that such seeds may show.
    """
    from scipy.stats import chi2, norm

    shown = between_seeds * chi2.ppf((np.arange(_SHOWN) + 0.5) / _SHOWN, seeds - 1) / (seeds - 1)
    half = half_width(1 - ALPHA, np.sqrt(shown / seeds), np.sqrt(shared), seeds)
    error = np.sqrt(between_seeds / seeds + shared)
    if error == 0:
        return float(difference != 0)
    return float(np.mean(norm.sf((half - difference) / error) + norm.cdf((-half - difference) / error)))


def seeds_needed(difference: float, between_seeds: float, shared: float) -> int | None:
    """The smallest number of seeds, from ``LEAST_SEEDS`` on, to show a true ``difference`` with the chance ``POWER``.

    None where ``MOST_SEEDS`` would not: then there are too few test images, which seeds do not make up for. The
    variances are taken for the true ones, which few seeds do not know well.
    """

    def enough(seeds: int) -> bool:
        return power(difference, seeds, between_seeds, shared) >= POWER

    low, high = LEAST_SEEDS - 1, LEAST_SEEDS
    while not enough(high):
        if high == MOST_SEEDS:
            return None
        low, high = high, min(2 * high, MOST_SEEDS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
