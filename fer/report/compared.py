"""Two studies on the same data side by side, or two replicates of one: where they differ by more than noise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer.cells import Cell
from fer.errors import RequestError
from fer.report.pairs import NOT_OF_ONE
from fer.report.results import CellResult, StudyResults
from fer.report.summary import Group, groups_of, score_of
from fer.report.verdicts import verdicts_of
from fer.statistics.claims import Claim, ProceduresClaim, claim_of
from fer.statistics.components import components
from fer.statistics.mcnemar import mcnemar
from fer.statistics.verdicts import holm

SCORE, LEAK_FREE = "macro_f1", "macro_f1_leak_free"
SAME = "the same networks"
NOTHING = "not finished in both"
VALIDATE_ON, REUSE = "validate_on", "reuse_generator_seed"
"""What a grid sets, so that it may differ from one training set to the next."""


@dataclass(frozen=True)
class Compared:
    """A training set of both studies."""

    first: Group
    second: Group
    """Both with the finished cells alone that are compared, where any are."""
    claim: Claim | None
    """By how much the second one's macro-F1 is larger; None where there is nothing to judge."""
    leak_free: Claim | None
    """The same on the test images that do not occur in training or validation."""
    verdict: str
    """On the second one."""
    p: float | None
    """Corrected for all claims of the same kind; None without a verdict."""
    mcnemar_p: float | None
    """McNemar's for the two networks of a single seed, corrected for all such pairs; None where there are not two."""
    settings: Sequence[str]
    """Which of ``VALIDATE_ON`` and ``REUSE`` the grids of the two set differently for it."""


@dataclass(frozen=True)
class Comparison:
    """Everything that two studies have in common, and how much they do not."""

    both: Sequence[Compared]
    only_first: int
    """Training sets that only the first one plans."""
    only_second: int
    settings: Sequence[str]
    """Keys of the studies, such as ``generators.weak.kimg``, that both have and set differently. Seeds and names are
    not among them, and what grids set stands with each training set."""


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
    tests = [_mcnemar(first, second, *pair) for pair in pairs]
    corrected = iter(holm([p for p in tests if p is not None]))
    both = []
    for (one, other), claim, no, verdict, test in zip(pairs, claims, withheld, found, tests, strict=True):
        words = NOT_OF_ONE if no else verdict.words if verdict else _why_not(one, other)
        leak_free = difference(first, second, one, other, LEAK_FREE)
        p = None if verdict is None else verdict.p
        mcnemar_p = None if test is None else next(corrected)
        both.append(Compared(one, other, claim, leak_free, words, p, mcnemar_p, list(_grid_settings(one, other))))
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


def _grid_settings(one: Group, other: Group) -> Iterator[str]:
    """What the grids set differently for the cells that are compared, or for the planned ones where none are."""
    ours, theirs = ([result.cell for result in group.finished] or group.planned for group in (one, other))
    if ours[0].validate_on != theirs[0].validate_on:
        yield VALIDATE_ON
    if _reuses(ours) != _reuses(theirs):
        yield REUSE


def _reuses(planned: Sequence[Cell]) -> bool:
    """Whether any cell's samples come from the generator of another seed."""
    return any(cell.generator_seed not in (None, cell.seed) for cell in planned)


def _differing(key: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(f"{key}.{name}", one.get(name), other.get(name))
    elif one != other:
        yield key


def difference(first: StudyResults, second: StudyResults, one: Group, other: Group, name: str = SCORE) -> Claim | None:
    """A score of ``other``, of the second study, minus that of ``one``; None where there is nothing to compare.

    Cells of the same seed are a pair. Two replicates share no seed: then the cells are paired as they come, which is
    right for independent seeds, and some of the longer row are left out. name: of ``StudyResults.resampled``.
    """
    pairs = paired(one, other)
    if not pairs or all(a.manifest.digest == b.manifest.digest for a, b in pairs) or name not in first.resampled:
        return None
    values = [[score_of(b, name), score_of(a, name)] for a, b in pairs]
    # Both were resampled with the same weights of the same images.
    resampled = [
        [second.resampled[name][second.places[b.cell]], first.resampled[name][first.places[a.cell]]] for a, b in pairs
    ]
    return claim_of(components(np.array(values, np.float64), np.array(resampled)), np.array([1.0, -1.0]))


def _mcnemar(first: StudyResults, second: StudyResults, one: Group, other: Group) -> float | None:
    """McNemar's p-value where two networks are compared that are not the same one."""
    pairs = paired(one, other)
    if len(pairs) != 1 or first.truth is None or second.truth is None:
        return None
    ((a, b),) = pairs
    if a.manifest.digest == b.manifest.digest:
        return None
    return mcnemar(a.predicted == first.truth.labels, b.predicted == second.truth.labels)


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
