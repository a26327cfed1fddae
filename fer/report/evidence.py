"""Means over cells, their differences and prices, as claims: groups of cells brought to ``fer.statistics``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fer.report.results import StudyResults
from fer.report.summary import Group, score_of
from fer.statistics.claims import Claim, claim_of
from fer.statistics.components import Components, components
from fer.statistics.estimate import Estimate
from fer.statistics.mcnemar import mcnemar
from fer.statistics.price import Price, price
from fer.statistics.reached import Reached, reached


def mean_of(results: StudyResults, group: Group, name: str) -> Estimate | None:
    """A score's mean over the finished seeds, for other seeds and images; for one seed, for other images only.

    name: of ``StudyResults.resampled``. None where no finished cell has the score.
    """
    found = components_of(results, [group], group.finished_seeds, name)
    return None if found is None else found.contrast(np.ones(1))


def difference_of(results: StudyResults, first: Group, second: Group, name: str = "macro_f1") -> Claim | None:
    """The first group's mean minus the second's over the seeds that both have; None without any."""
    found = components_of(results, [first, second], first.finished_seeds & second.finished_seeds, name)
    return None if found is None else claim_of(found, np.array([1.0, -1.0]))


def mcnemar_of(results: StudyResults, first: Group, second: Group) -> float | None:
    """McNemar's p-value for the networks of the only seed that both groups have; None for other numbers of seeds."""
    seeds = first.finished_seeds & second.finished_seeds
    if len(seeds) != 1 or results.truth is None:
        return None
    (one,), (other,) = first.only(seeds).finished, second.only(seeds).finished
    labels = results.truth.labels
    return mcnemar(one.predicted == labels, other.predicted == labels)


@dataclass(frozen=True)
class Average:
    """The mean of several differences."""

    claim: Claim
    pairs: tuple[tuple[Group, Group], ...]
    """Those that it is over, all finished for the same seeds."""


def average_difference(
    results: StudyResults, pairs: Iterable[tuple[Group, Group]], name: str = "macro_f1"
) -> Average | None:
    """The mean over pairs of what the first group's score has over the second's; None where nothing is finished.

    All pairs count for every seed, since one seed's cells may share a generator: of the unfinished ones as few are left
    out as keeps the most cells. A cell that occurs in several pairs is the same cell in each.
    """
    pairs = list(pairs)
    kept, seeds = _complete([first.finished_seeds & second.finished_seeds for first, second in pairs])
    chosen = tuple(pairs[place] for place in kept)
    groups = list(dict.fromkeys(group for pair in chosen for group in pair))
    found = components_of(results, groups, seeds, name)
    if found is None:
        return None
    weights = np.zeros(len(groups))
    for first, second in chosen:
        weights[groups.index(first)] += 1 / len(chosen)
        weights[groups.index(second)] -= 1 / len(chosen)
    return Average(claim_of(found, weights), chosen)


def leak_free_claim(results: StudyResults, average: Average) -> Claim | None:
    """The same mean on the leak-free images; None where there are none."""
    found = average_difference(results, average.pairs, "macro_f1_leak_free")
    return None if found is None else found.claim


def price_of(
    results: StudyResults, mix: Group, controls: Sequence[Group], name: str = "macro_f1"
) -> tuple[Price, int] | None:
    """What a mix is worth in real images, and over how many seeds; None where no control shares a seed with it.

    controls: real images alone, all of them among these, by rising ratio. Those that are not finished for the same
    seeds are left out. name: of the score that mix and controls are compared by.
    """
    kept, seeds = _complete([mix.finished_seeds & control.finished_seeds for control in controls])
    chosen = [controls[place] for place in kept]
    found = components_of(results, [mix, *chosen], seeds, name)
    if found is None:
        return None
    images = np.array([control.real_images(results.planned.train_size) for control in chosen], np.float64)
    return price(images, found), len(seeds)


def reached_of(results: StudyResults, mix: Group, control: Group, everything: Group) -> Reached | None:
    """The share of what all real images add to the control's that a mix reaches, over the seeds that all three have.

    None where no seed is common, or where they add nothing.
    """
    seeds = mix.finished_seeds & control.finished_seeds & everything.finished_seeds
    found = components_of(results, [mix, control, everything], seeds, "macro_f1")
    return None if found is None else reached(found)


def components_of(results: StudyResults, groups: Sequence[Group], seeds: Iterable[int], name: str) -> Components | None:
    """Components of the groups' scores over seeds that all of them have; None without any, or without the score."""
    by_seed = [{result.cell.seed: result for result in group.finished} for group in groups]
    cells = [[finished[seed] for finished in by_seed] for seed in sorted(seeds)]
    values = [[score_of(result, name) for result in row] for row in cells]
    if not cells or not groups or any(value is None for row in values for value in row):
        return None
    places = [[results.places[result.cell] for result in row] for row in cells]
    return components(np.array(values, np.float64), results.resampled[name][places])


def _complete(seeds: Sequence[set[int]]) -> tuple[list[int], set[int]]:
    """Entries and seeds such that each entry has each seed, with as many of both together as a greedy choice finds."""
    common = sorted(
        {seed for found in seeds for seed in found}, key=lambda seed: (-sum(seed in s for s in seeds), seed)
    )
    best: tuple[list[int], set[int]] = ([], set())
    for count in range(1, len(common) + 1):
        wanted = set(common[:count])
        kept = [place for place, found in enumerate(seeds) if wanted <= found]
        if len(kept) * count >= len(best[0]) * len(best[1]):
            best = (kept, wanted)
    return best
