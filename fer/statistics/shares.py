"""The interval of a share of independent images."""

from fer.statistics.estimate import LEVEL, Interval


def share_interval(share: float, count: int) -> Interval:
    """After Wilson (1927), which holds for few images and for shares near zero and one too."""
    from scipy.stats import binomtest

    found = binomtest(round(share * count), count).proportion_ci(LEVEL, method="wilson")
    return Interval(float(found.low), float(found.high))
