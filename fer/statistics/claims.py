"""The two kinds of claim, as two types.

A ``NetworksClaim`` is about trained networks, as they are: only the test images could have been others. A
``ProceduresClaim`` is about ways to train, of which the networks are examples: other seeds would have given others. The
first says nothing about the second, however small its p-value.
"""

from dataclasses import dataclass

from fer.statistics.components import Components, Floats
from fer.statistics.estimate import Estimate

LEAST_SEEDS = 5
"""With fewer seeds the spread between seeds is hardly known, and no verdict on procedures is given."""


@dataclass(frozen=True)
class NetworksClaim:
    """By how much trained networks differ on images like the test images: a paired bootstrap over images."""

    estimate: Estimate


@dataclass(frozen=True)
class ProceduresClaim:
    """By how much procedures differ, over seeds and images: see ``fer.statistics.components``."""

    estimate: Estimate

    @property
    def decidable(self) -> bool:
        """Whether there are seeds enough for a verdict."""
        return self.estimate.seeds >= LEAST_SEEDS


Claim = NetworksClaim | ProceduresClaim


def claim_of(found: Components, weights: Floats) -> Claim:
    """What a linear combination (m,) of scores claims: of networks for one seed, of procedures for more."""
    estimate = found.contrast(weights)
    return NetworksClaim(estimate) if found.seeds == 1 else ProceduresClaim(estimate)
