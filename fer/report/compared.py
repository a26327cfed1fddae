"""Two studies on the same data side by side, or two replicates of one: where they differ by more than noise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer.errors import RequestError
from fer.report.pairs import NOT_OF_ONE
from fer.report.results import CellResult, StudyResults
from fer.report.summary import Group, groups_of, score_of
from fer.report.verdicts import verdicts_of
from fer.statistics.claims import Claim, ProceduresClaim, claim_of
from fer.statistics.components import components

SCORE = "macro_f1"
SAME = "the same networks"
NOTHING = "not finished in both"


@dataclass(frozen=True)
class Compared:
    """A training set of both studies."""

    first: Group
    second: Group
    """Both with the finished cells alone that are compared, where any are."""
    claim: Claim | None
    """By how much the second one's macro-F1 is larger; None where there is nothing to judge."""
    verdict: str
    """On the second one."""
    p: float | None
    """Corrected for all claims of the same kind; None without a verdict."""


@dataclass(frozen=True)
class Comparison:
    """Everything that two studies have in common, and how much they do not."""

    both: Sequence[Compared]
    only_first: int
    """Training sets that only the first one plans."""
    only_second: int
    settings: Sequence[str]
    """Keys of the studies, such as ``generators.weak.kimg``, that both have and set differently; seeds, grids and names
    are not among them."""


def compare(first: StudyResults, second: StudyResults) -> Comparison:
    """The training sets that both plan: generator, classifier, ratio and volume are the same, by name.

    Raises RequestError where they are planned on different data sets: scores on other test images are other scores.
    """
    if first.planned.dataset != second.planned.dataset:
        raise RequestError(
            f"studies {first.planned.study.name} and {second.planned.study.name} are planned on different data sets "
            f"({first.planned.dataset[:12]}, {second.planned.dataset[:12]}); give two on the same one"
        )
    ours, theirs = _by_place(first), _by_place(second)
    pairs = [_comparable(group, theirs[place]) for place, group in ours.items() if place in theirs]
    claims = [difference(first, second, one, other) for one, other in pairs]
    withheld = [_of_one_generator(*pair, claim) for pair, claim in zip(pairs, claims, strict=True)]
    found = verdicts_of([None if no else claim for claim, no in zip(claims, withheld, strict=True)])
    both = []
    for (one, other), claim, no, verdict in zip(pairs, claims, withheld, found, strict=True):
        words = NOT_OF_ONE if no else verdict.words if verdict else _why_not(one, other)
        both.append(Compared(one, other, claim, words, None if verdict is None else verdict.p))
    only = len(ours.keys() - theirs.keys()), len(theirs.keys() - ours.keys())
    return Comparison(both, *only, list(_settings(first, second)))


def _settings(first: StudyResults, second: StudyResults) -> Iterator[str]:
    """What is set differently of all that decides how a cell's network comes about."""
    one, other = (results.planned.study.model_dump(mode="json") for results in (first, second))
    # A generator that only one of them has shares no training set with the other.
    common = one["generators"].keys() & other["generators"].keys()
    for study in (one, other):
        study["generators"] = {name: study["generators"][name] for name in common}
    for key in ("generators", "budgets", "training", "classifiers", "evaluators", "numerics"):
        yield from _differing(key, one[key], other[key])


def _differing(key: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(f"{key}.{name}", one.get(name), other.get(name))
    elif one != other:
        yield key


def difference(first: StudyResults, second: StudyResults, one: Group, other: Group) -> Claim | None:
    """The macro-F1 of ``other``, of the second study, minus that of ``one``; None where there is nothing to compare.

    Cells of the same seed are a pair. Two replicates share no seed: then the cells are paired as they come, which is
    right for independent seeds, and some of the longer row are left out.
    """
    pairs = paired(one, other)
    if not pairs or all(a.manifest.digest == b.manifest.digest for a, b in pairs):
        return None
    values = [[score_of(b, SCORE), score_of(a, SCORE)] for a, b in pairs]
    # Both were resampled with the same weights of the same images.
    resampled = [
        [second.resampled[SCORE][second.places[b.cell]], first.resampled[SCORE][first.places[a.cell]]] for a, b in pairs
    ]
    return claim_of(components(np.array(values, np.float64), np.array(resampled)), np.array([1.0, -1.0]))


def paired(one: Group, other: Group) -> list[tuple[CellResult, CellResult]]:
    """Finished cells by common seeds, or by the order of seeds where none is common."""
    ours, theirs = ({result.cell.seed: result for result in group.finished} for group in (one, other))
    common = sorted(ours.keys() & theirs.keys())
    if common:
        return [(ours[seed], theirs[seed]) for seed in common]
    return list(zip(_in_order(ours), _in_order(theirs), strict=False))


def _comparable(one: Group, other: Group) -> tuple[Group, Group]:
    """Both with the cells alone that are paired, where any are, so that their means differ by the difference."""
    pairs = paired(one, other)
    if not pairs:
        return one, other
    return one.only({a.cell.seed for a, _ in pairs}), other.only({b.cell.seed for _, b in pairs})


def _in_order(by_seed: Mapping[int, CellResult]) -> list[CellResult]:
    return [by_seed[seed] for seed in sorted(by_seed)]


def _by_place(results: StudyResults) -> dict[tuple[str | None, str, float, int], Group]:
    return {(group.generator, group.classifier, group.ratio, group.volume): group for group in groups_of(results)}


def _of_one_generator(one: Group, other: Group, claim: Claim | None) -> bool:
    """Whether it is a claim on procedures, one of which was seen with one trained generator only."""
    return isinstance(claim, ProceduresClaim) and (one.of_one_generator or other.of_one_generator)


def _why_not(one: Group, other: Group) -> str:
    return SAME if one.finished and other.finished else NOTHING
