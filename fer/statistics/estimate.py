"""A figure with the two parts of its error, and the interval and p-value that follow from them."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""Of every interval."""
ALPHA = 0.05
"""Largest chance of a verdict where there is no difference."""
SMALLEST_P = 1e-12
"""p-values are no smaller: nothing here is known that well."""

_Number = float | NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A confidence interval at ``LEVEL``."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A figure, and its standard errors by the origin of the uncertainty."""

    value: float
    by_seeds: float
    """Zero where a single seed tells nothing of it."""
    by_images: float
    seeds: int
    """From which ``by_seeds`` is estimated."""
    least: float = -inf
    most: float = inf
    """What the figure can be at all: a score lies between 0 and 1."""

    @property
    def interval(self) -> Interval:
        """At ``LEVEL``, both sides alike, but for what the figure cannot be."""
        half = float(half_width(LEVEL, self.by_seeds, self.by_images, self.seeds))
        return Interval(max(self.least, self.value - half), min(self.most, self.value + half))

    @property
    def p_value(self) -> float:
        """Two-sided, against a true figure of zero: one minus the level at which the interval ends at zero."""
        from scipy.optimize import brentq

        if self.value == 0:
            return 1.0

        def missing(log_p: float) -> float:
            level = 1 - np.exp(log_p)
            return float(half_width(level, self.by_seeds, self.by_images, self.seeds)) - abs(self.value)

        smallest = float(np.log(SMALLEST_P))
        return SMALLEST_P if missing(smallest) <= 0 else float(np.exp(brentq(missing, smallest, 0.0)))


def normal_interval(value: float, error: float, least: float = -inf, most: float = inf) -> Interval:
    """Of a figure whose standard error is known well, within what it can be."""
    return Estimate(value, 0.0, error, 1, least, most).interval


def half_width(level: float, by_seeds: _Number, by_images: _Number, seeds: int) -> NDArray[np.float64]:
    """Half the width of an interval whose error has two independent parts: the squares of their own half widths add.

    by_seeds: a standard error that is itself estimated from so many seeds, so that its half width is Student's;
    by_images: one that is known well, so that its half width is the normal one. After Zou and Donner (2008, Statistics
    in Medicine 27, 1693-1702).
    """
    from scipy.special import ndtri, stdtrit

    beyond = (1 - level) / 2
    of_images = np.square(ndtri(beyond) * by_images)
    of_seeds = 0.0 if seeds == 1 else np.square(stdtrit(seeds - 1, beyond) * by_seeds)
    return np.asarray(np.sqrt(of_images + of_seeds))
