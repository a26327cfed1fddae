"""Scores of finished cells, and their mean and spread over seeds."""

import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fer.cells import Cell, cells
from fer.recipes import is_folder
from fer.report.results import CellResult, StudyResults

SCORES = {
    "macro_f1": ("test", "macro_f1"),
    "macro_f1_leak_free": ("test_leak_free", "macro_f1"),
    "accuracy": ("test", "accuracy"),
    "accuracy_leak_free": ("test_leak_free", "accuracy"),
    "auroc": ("test", "macro_auroc"),
    "auroc_leak_free": ("test_leak_free", "macro_auroc"),
    "validation_macro_f1": ("validation", "macro_f1"),
}
"""Where the page's scores stand in a cell.json: part of the data, and figure."""


@dataclass(frozen=True)
class Summary:
    """Mean and spread of one score over seeds."""

    mean: float
    sd: float | None
    """Sample standard deviation; None for a single seed."""
    low: float
    high: float
    seeds: int


def scores_of(summary: Mapping[str, Any]) -> dict[str, float | None]:
    """Every score of a ``cell.json`` by its name in SCORES; KeyError or TypeError where it lacks one."""
    return {name: summary["metrics"][part][figure] for name, (part, figure) in SCORES.items()}


def score_of(result: CellResult, name: str) -> float | None:
    """A score by its name in SCORES; None where the cell has none (an AUROC that is not defined, say)."""
    part, figure = SCORES[name]
    value = result.summary["metrics"][part][figure]
    return None if value is None else float(value)


def summarise(values: Iterable[float | None]) -> Summary | None:
    """Mean and spread; None where there is no value."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    sd = statistics.stdev(known) if len(known) > 1 else None
    return Summary(statistics.fmean(known), sd, min(known), max(known), len(known))


@dataclass(frozen=True)
class Group:
    """Planned cells that differ in nothing but the seed, with those that are finished."""

    generator: str | None
    classifier: str
    ratio: float
    volume: int
    planned: tuple[Cell, ...]
    finished: tuple[CellResult, ...]
    of_folder: bool = False
    """Whether its samples are somebody's own images, of which no seed makes others."""

    @property
    def is_mix(self) -> bool:
        """Whether it holds synthetic images."""
        return self.generator is not None

    @property
    def is_control(self) -> bool:
        """Real images of a smaller ratio, alone."""
        return self.generator is None and self.ratio < 1

    @property
    def training_set(self) -> str:
        """What it trains on, in a word or two."""
        return self.generator or ("real alone" if self.ratio < 1 else "all real")

    def real_images(self, train_size: int) -> int:
        """Real images in the training set."""
        return round(self.ratio * train_size)

    @property
    def trained(self) -> int | None:
        """Images trained on, without the held-out ones: as many for every seed. None where no cell is finished."""
        return int(self.finished[0].summary["counts"]["trained"]) if self.finished else None

    @property
    def finished_seeds(self) -> set[int]:
        """Seeds of the finished cells."""
        return {result.cell.seed for result in self.finished}

    @property
    def of_one_generator(self) -> bool:
        """Whether several finished seeds share one trained generator, so that their spread holds for it only.

        A folder is one: its seeds shuffle the same images, and another maker's run would have given others.
        """
        trained = 1 if self.of_folder else len({result.cell.generator_seed for result in self.finished})
        return self.is_mix and len(self.finished) > 1 and trained == 1

    def only(self, seeds: Collection[int]) -> "Group":
        """The same group with the finished cells of these seeds alone."""
        return replace(self, finished=tuple(result for result in self.finished if result.cell.seed in seeds))

    def score(self, name: str) -> Summary | None:
        """A score's mean and spread over the finished seeds."""
        return summarise(score_of(result, name) for result in self.finished)

    def scores_by_seed(self, name: str) -> dict[int, float]:
        """A score by seed."""
        scores = {result.cell.seed: score_of(result, name) for result in self.finished}
        return {seed: value for seed, value in scores.items() if value is not None}


def groups_of(results: StudyResults) -> list[Group]:
    """Every planned group: by classifier, then mixes in the order of generators, controls, and all real, by ratio."""
    finished = results.by_group()
    planned: dict[tuple[str, str, float, int], list[Cell]] = {}
    for cell in cells(results.planned.study):
        planned.setdefault(cell.coordinates[:4], []).append(cell)
    folders = {name for name in results.planned.study.generators if is_folder(results.planned, name)}
    groups = [
        Group(
            generator=members[0].generator,
            classifier=key[1],
            ratio=key[2],
            volume=key[3],
            planned=tuple(members),
            finished=tuple(finished.get(key, ())),
            of_folder=members[0].generator in folders,
        )
        for key, members in planned.items()
    ]
    generators = [*results.planned.study.generators, None]
    classifiers = list(dict.fromkeys(group.classifier for group in groups))
    return sorted(
        groups,
        key=lambda g: (classifiers.index(g.classifier), generators.index(g.generator), g.ratio, g.volume),
    )


@dataclass(frozen=True)
class Worth:
    """A mix beside its control: the same real images with and without samples, by seed."""

    mix: Group
    control: Group

    @property
    def compared(self) -> Group:
        """The mix with the seeds alone that its control has too."""
        return self.mix.only(self.control.finished_seeds)

    def scores(self, name: str) -> list[tuple[float, float]]:
        """The mix's score and the control's, for every seed that has both."""
        with_samples, without = self.mix.scores_by_seed(name), self.control.scores_by_seed(name)
        return [(with_samples[seed], without[seed]) for seed in with_samples if seed in without]

    def differences(self, name: str) -> list[float]:
        """The mix's score minus the control's, for every seed that has both."""
        return [mix - control for mix, control in self.scores(name)]


def worths_of(groups: Iterable[Group]) -> Iterator[Worth]:
    """Every planned mix that has a planned control."""
    groups = list(groups)
    controls = {(group.classifier, group.ratio): group for group in groups if group.is_control}
    for group in groups:
        control = controls.get((group.classifier, group.ratio))
        if group.is_mix and control is not None:
            yield Worth(group, control)


def seen_by_generator(results: StudyResults, group: Group) -> int | None:
    """Real images that the generator of a mix had seen; None for images that somebody brought along."""
    if group.generator is None or group.of_folder:
        return None
    matched = results.planned.study.generators[group.generator].real == "match"
    return group.real_images(results.planned.train_size) if matched else results.planned.train_size
