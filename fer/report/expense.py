"""What a study has cost and what the rest of it will, in hours of GPUs and of CPU cores."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from fer.estimate import likeness
from fer.plan import Task
from fer.report.results import Made, StudyResults
from fer.revisions import REVISIONS
from fer.store.records import Manifest

CPU = "cpu"
KINDS = ("classifier", "generator", "evaluator")
"""Coordinates that tell tasks of one stage apart in what they take: the first that a task has."""
_PREPARE = ("prepare", "data set")
"""The data set is there before a study is planned, so that no task of it makes it."""


@dataclass(frozen=True)
class Expense:
    """Tasks of one stage at one kind of place."""

    stage: str
    of: str
    """The generator, classifier or evaluator; of ``prepare`` the data set."""
    tasks: int
    finished: int
    spent: Mapping[str, float]
    """Device seconds of the finished tasks: ``gpu``, ``cpu``."""
    expected: Mapping[str, float]
    """The same of the missing ones that are like finished ones."""
    unknown: int
    """Missing tasks that are like no finished one."""


def expenses(results: StudyResults) -> list[Expense]:
    """By stage, in the order of stages, and kind of place.

    A missing task is taken to last as long as the median of the finished tasks that are like it, and on the same kind
    of device as most of them.
    """
    known = _known(results.made)
    made: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    missing: dict[tuple[str, str], list[Task]] = defaultdict(list)
    for one in results.made:
        made[_place(one.task)].append(one.manifest)
    for absent in results.missing:
        missing[_place(absent.task)].append(absent.task)
    stages: list[str] = list(REVISIONS)
    if results.prepared is not None:
        made[_PREPARE] = [results.prepared]
    places = sorted(dict.fromkeys([*made, *missing]), key=lambda place: stages.index(place[0]))
    return [_expense(place, made[place], missing[place], known) for place in places]


def _place(task: Task) -> tuple[str, str]:
    return task.stage, next(task.coordinates[kind] for kind in KINDS if kind in task.coordinates)


def _expense(
    place: tuple[str, str], made: Sequence[Manifest], missing: Sequence[Task], known: Mapping[str, tuple[str, float]]
) -> Expense:
    spent, expected, unknown = defaultdict[str, float](float), defaultdict[str, float](float), 0
    for manifest in made:
        spent[_device(manifest)] += manifest.device_seconds
    for task in missing:
        like = known.get(_likeness(task))
        if like is None:
            unknown += 1
        else:
            expected[like[0]] += like[1]
    return Expense(*place, len(made) + len(missing), len(made), spent, expected, unknown)


def _known(made: Iterable[Made]) -> dict[str, tuple[str, float]]:
    """The device and the median device seconds of finished tasks, by likeness."""
    alike: dict[str, list[Manifest]] = defaultdict(list)
    for one in made:
        alike[_likeness(one.task)].append(one.manifest)
    found = {}
    for like, manifests in alike.items():
        device = Counter(map(_device, manifests)).most_common(1)[0][0]
        found[like] = device, median(m.device_seconds for m in manifests if _device(m) == device)
    return found


def _likeness(task: Task) -> str:
    return likeness(task.recipe.model_dump(mode="json"))


def _device(manifest: Manifest) -> str:
    return CPU if manifest.device == CPU else "gpu"
