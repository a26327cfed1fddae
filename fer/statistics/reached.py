"""What share of a gain a substitute reaches."""

from dataclasses import dataclass

import numpy as np

from fer.statistics.components import Components
from fer.statistics.estimate import LEVEL, half_width

_SHARES = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class Reached:
    """A share, and the ends of its interval; an end is None where it lies below 0 or above 1."""

    value: float
    low: float | None
    high: float | None


def reached(found: Components) -> Reached | None:
    """Where a substitute stands between what is had without it and what the real thing gives.

    found: of three conditions, the substitute's, without, with the real thing. None where the real thing gives no more.
    The interval holds the shares whose point between the two does not differ from the substitute at
    ``fer.statistics.estimate.LEVEL`` (a test inverted, after Fieller 1954), to the next hundredth that does.
    """
    substitute, without, real = found.means
    if real <= without:
        return None
    weights = np.column_stack([np.ones_like(_SHARES), _SHARES - 1, -_SHARES])
    half = half_width(LEVEL, *found.errors(weights), found.seeds)
    above = weights @ found.means
    better, worse = np.flatnonzero(above > half), np.flatnonzero(above < -half)
    low = float(_SHARES[better[-1]]) if len(better) else None
    high = float(_SHARES[worse[0]]) if len(worse) else None
    return Reached(float((substitute - without) / (real - without)), low, high)
