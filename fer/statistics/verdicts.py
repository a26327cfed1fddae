"""Verdicts on a family of claims of one kind, so that the chance of any false one in the family is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from fer.statistics.claims import NetworksClaim, ProceduresClaim
from fer.statistics.estimate import ALPHA

UNDECIDABLE: Final = "not decidable with this many seeds"
Words = Literal["better", "worse", "no difference seen", "not decidable with this many seeds"]
Kind = TypeVar("Kind", NetworksClaim, ProceduresClaim)


@dataclass(frozen=True)
class Verdict:
    """What is made of a claim."""

    words: Words
    p: float | None
    """Corrected for the family; None where nothing is decidable."""


def verdicts(family: Sequence[Kind]) -> list[Verdict]:
    """A verdict for each claim at ``ALPHA``, Holm-corrected over those of the family that are decidable.

    Raises TypeError where claims of both kinds are mixed: they have no common family.
    """
    if len({type(claim) for claim in family}) > 1:
        raise TypeError("claims about networks and claims about procedures are no one family")
    decidable = [claim for claim in family if isinstance(claim, NetworksClaim) or claim.decidable]
    corrected = iter(holm([claim.estimate.p_value for claim in decidable]))
    found = []
    for claim in family:
        if isinstance(claim, ProceduresClaim) and not claim.decidable:
            found.append(Verdict(UNDECIDABLE, None))
            continue
        p = next(corrected)
        better: Words = "better" if claim.estimate.value > 0 else "worse"
        found.append(Verdict(better if p <= ALPHA else "no difference seen", p))
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of a family, corrected so that the chance of any false rejection among them is kept (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected
