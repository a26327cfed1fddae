"""Generators against each other: which cells are compared, and how the claims on them are judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from fer.report.evidence import Average, average_difference
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.verdicts import verdicts_of
from fer.statistics.claims import Claim, ProceduresClaim

NOT_OF_ONE = "not decidable with one trained generator"
"""The verdict on two generators of which one was trained once, for however many seeds."""

Pair = tuple[Group, Group]


@dataclass(frozen=True)
class JudgedAverage:
    """Two generators on average over all that both have finished, and what is made of it among all such pairs."""

    first: str
    second: str
    average: Average
    p: float | None
    """Corrected for all pairs of the study's generators; None without a verdict."""
    verdict: str
    """On the first one."""

    @property
    def of_one_generator(self) -> bool:
        """Whether any of the training sets that it is over has one trained generator for all seeds."""
        return any(of_one_generator(pair) for pair in self.average.pairs)


def generator_pairs(results: StudyResults) -> Iterator[tuple[str, str, list[Pair]]]:
    """Every two generators, the later one of the study first, with all planned pairs of their mixes."""
    groups = groups_of(results)
    for second, first in combinations(results.planned.study.generators, 2):
        yield first, second, pairs_of(groups, first, second)


def pairs_of(groups: Sequence[Group], first: str, second: str) -> list[Pair]:
    """The mixes of two generators that differ in nothing but the generator."""
    others = {(group.classifier, group.ratio, group.volume): group for group in groups if group.generator == second}
    return [
        (group, other)
        for group in groups
        if group.generator == first and (other := others.get((group.classifier, group.ratio, group.volume))) is not None
    ]


def of_one_generator(pair: Pair) -> bool:
    """Whether either side has one trained generator for all the seeds that both have."""
    seeds = pair[0].finished_seeds & pair[1].finished_seeds
    return any(group.only(seeds).of_one_generator for group in pair)


def judged(claims: Sequence[Claim], pairs: Sequence[Sequence[Pair]]) -> list[dict[str, Any]]:
    """A row's ``p`` and ``verdict`` for each claim on generators, given all the pairs that it is about.

    Where the seeds of any of these share a trained generator, other seeds would not have given another one there: the
    spread between seeds is too small for a claim on the procedures, and there is no verdict.
    """
    withheld = [
        isinstance(claim, ProceduresClaim) and any(of_one_generator(pair) for pair in about)
        for claim, about in zip(claims, pairs, strict=True)
    ]
    found = verdicts_of([None if no else claim for claim, no in zip(claims, withheld, strict=True)])
    return [{"p": verdict and verdict.p, "verdict": verdict.words if verdict else NOT_OF_ONE} for verdict in found]


@lru_cache(maxsize=1)  # for the table and the note that show it: each average is a resampling
def judged_averages(results: StudyResults) -> list[JudgedAverage]:
    """Every two generators that share a training set and a seed: one family, whatever part of it a page shows."""
    found = [
        (first, second, average)
        for first, second, pairs in generator_pairs(results)
        if (average := average_difference(results, pairs)) is not None
    ]
    verdicts = judged([average.claim for *_, average in found], [average.pairs for *_, average in found])
    return [JudgedAverage(*compared, **verdict) for compared, verdict in zip(found, verdicts, strict=True)]
