"""How many seeds it would take to see a difference between procedures."""

from fer.statistics.claims import LEAST_SEEDS
from fer.statistics.estimate import ALPHA

POWER = 0.8
MOST_SEEDS = 10_000


def power(difference: float, seeds: int, between_seeds: float, shared: float) -> float:
    """The chance that so many seeds, two at least, show a true ``difference``, two-sided at ``ALPHA``.

    between_seeds, shared: variances of the difference as in a ``ProceduresClaim``. By Student's non-central t with the
    degrees of freedom of ``fer.statistics.components``.
    """
    from scipy.stats import nct, norm, t

    by_seeds = between_seeds / seeds
    error = (by_seeds + shared) ** 0.5
    if error == 0:
        return float(difference != 0)
    distance = abs(difference) / error
    if by_seeds == 0:
        limit = norm.ppf(1 - ALPHA / 2)
        return float(norm.sf(limit - distance) + norm.cdf(-limit - distance))
    freedom = (seeds - 1) * (1 + shared / by_seeds) ** 2
    limit = t.ppf(1 - ALPHA / 2, freedom)
    return float(nct.sf(limit, freedom, distance) + nct.cdf(-limit, freedom, distance))


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
