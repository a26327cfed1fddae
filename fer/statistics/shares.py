"""The interval of a share of independent images."""

from fer.statistics.estimate import LEVEL, Interval


def share_interval(share: float, count: int) -> Interval:
    """After Wilson (1927), which holds for few images and for shares near zero and one too."""
    from scipy.special import ndtri

    z = float(ndtri((1 + LEVEL) / 2))
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
