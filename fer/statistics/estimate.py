"""A figure with its standard error."""

import math
from dataclasses import dataclass

LEVEL = 0.95
"""Of every interval."""
ALPHA = 0.05
"""Largest chance of a verdict where there is no difference."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval at ``LEVEL``."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A figure whose distance from the truth, in standard errors, follows Student's t."""

    value: float
    error: float
    """Standard error."""
    freedom: float
    """Degrees of freedom of the error; infinite for a normal distribution."""

    @property
    def interval(self) -> Interval:
        """At ``LEVEL``, both sides alike."""
        from scipy.stats import t

        half = float(t.ppf((1 + LEVEL) / 2, self.freedom)) * self.error
        return Interval(self.value - half, self.value + half)

    @property
    def p_value(self) -> float:
        """Two-sided, against a true figure of zero."""
        from scipy.stats import t

        if self.error == 0:
            return float(self.value == 0)
        return float(2 * t.sf(math.fabs(self.value) / self.error, self.freedom))
