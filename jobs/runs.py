"""The generator runs of a study as a workflow fans them out: what each takes, and which cells follow it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from fer.cells import cells
from fer.evaluators.roles import ROLES
from fer.plan import Task, generator_runs, generator_tasks
from fer.recipes import GeneratorRun, PlannedStudy, evaluator_recipe, run_of

STAGES_ONCE = 3
"""prepare, plan and report: one pod each."""


@dataclass(frozen=True)
class Group:
    """Classifiers that are trained on the same cells, one pod for each classifier and each pack of cells."""

    classifiers: tuple[str, ...]
    cells: tuple[str, ...]
    """Each as ``fer train --cells`` reads it: RATIO:SEED, or RATIO:SEED:VOLUME."""

    def packs(self, pack: int) -> list[str]:
        """The cells, ``pack`` of them at a time."""
        return [" ".join(self.cells[start : start + pack]) for start in range(0, len(self.cells), pack)]


@dataclass(frozen=True)
class Run:
    """One generator run and what follows from it; every leaf is a text, as a workflow's parameters are.

    ``generator`` is empty for the cells that hold real images alone, which take nothing but the data set.
    """

    generator: str
    seed: str
    ratio: str
    """Of the mix that the generator serves (``real: match``), else empty."""
    classes: tuple[str, ...]
    """One network to train for each: a class, or the empty text for a joint network."""
    volumes: tuple[str, ...]
    assess: tuple[str, ...]
    groups: tuple[Group, ...]
    evaluators: tuple[str, ...] = ()
    """Roles of the evaluators that its pods read."""

    @property
    def name(self) -> str:
        """What tells the run from others of its study: ``cgan-48 seed 0``, ``cgan-48 seed 0 ratio 0.1``, ``real``."""
        ratio = f" ratio {self.ratio}" if self.ratio else ""
        return f"{self.generator} seed {self.seed}{ratio}" if self.generator else "real"

    def pods(self, pack: int) -> int:
        """How many pods the run takes."""
        training = sum(len(group.classifiers) * ceil(len(group.cells) / pack) for group in self.groups)
        return len(self.classes) + len(self.volumes) + len(self.assess) + training

    def as_json(self, pack: int) -> dict[str, Any]:
        """The run as an item of a workflow's list."""
        groups = [{"classifiers": group.classifiers, "packs": group.packs(pack)} for group in self.groups]
        parts = ("generator", "seed", "ratio", "classes", "volumes", "assess")
        return {"name": self.name, **{part: getattr(self, part) for part in parts}, "groups": groups}


@dataclass(frozen=True)
class Spread:
    """The pods between the plan and the report: evaluators, then the runs that read them; others wait for none."""

    evaluators: tuple[str, ...]
    """Roles, one pod each."""
    runs: tuple[Run, ...]
    """Those that need evaluators."""
    alone: tuple[Run, ...]
    """Those that need none: real images alone, and folders of images that are not assessed."""

    def pods(self, pack: int) -> int:
        """How many pods a workflow over all this has, retries aside."""
        return STAGES_ONCE + len(self.evaluators) + sum(run.pods(pack) for run in (*self.runs, *self.alone))


def spread(planned: PlannedStudy, goals: Iterable[Task]) -> Spread:
    """What makes ``goals`` and all that they need between the data set and them, in the study's order.

    Beside the evaluators each run is whole in itself, so that it need not wait for another: where two share a task
    (several seeds of a folder of images), both name it, and whoever comes second finds it done.
    """
    wanted: dict[GeneratorRun | None, list[Task]] = defaultdict(list)
    roles: set[str] = set()
    for task in goals:
        if task.stage == "train-evaluator":
            roles.add(task.coordinates["evaluator"])
        else:
            wanted[_run_of(planned, task)].append(task)
    made = [
        _generator_run(planned, run, volumes, wanted[run])
        for run, volumes in generator_runs(planned, cells(planned.study)).items()
        if run in wanted
    ]
    alone = [Run("", "", "", (), (), (), _groups(wanted[None]))] if None in wanted else []
    roles.update(role for run in made for role in run.evaluators)
    return Spread(
        _distinct(planned, roles),
        tuple(run for run in made if run.evaluators),
        (*(run for run in made if not run.evaluators), *alone),
    )


def _distinct(planned: PlannedStudy, roles: set[str]) -> tuple[str, ...]:
    """These roles without those that another one's evaluator serves as well."""
    by_digest: dict[str, str] = {}
    for role in ROLES:
        if role in roles:
            by_digest.setdefault(evaluator_recipe(planned, role).digest, role)
    return tuple(by_digest.values())


def _run_of(planned: PlannedStudy, task: Task) -> GeneratorRun | None:
    if task.cell is not None:
        return run_of(planned, task.cell)
    where = task.coordinates
    ratio = float(where["ratio"]) if "ratio" in where else None
    return GeneratorRun(generator=where["generator"], seed=int(where["seed"]), ratio=ratio)


def _generator_run(planned: PlannedStudy, run: GeneratorRun, volumes: int, goals: Sequence[Task]) -> Run:
    own = {task.digest: task for task in generator_tasks(planned, run, volumes)}
    needed = _with_needs(goals, own)
    taken = [task for digest, task in own.items() if digest in needed]

    def values(stage: str, flag: str, default: str) -> tuple[str, ...]:
        return tuple(task.coordinates.get(flag, default) for task in taken if task.stage == stage)

    return Run(
        run.generator,
        str(run.seed),
        next(iter(own.values())).coordinates.get("ratio", ""),
        values("train-gan", "class", ""),
        values("generate", "volume", "1"),
        values("assess", "volume", "1"),
        _groups(goals),
        tuple(role for role in ROLES if any(role in task.evaluators for task in taken)),
    )


def _with_needs(goals: Sequence[Task], known: Mapping[str, Task]) -> set[str]:
    """Digests of ``known`` tasks among the goals and what they need."""
    found: set[str] = set()
    left = [task.digest for task in goals if task.cell is None]
    left += [need for task in goals for need in task.needs]
    while left:
        digest = left.pop()
        if digest in known and digest not in found:
            found.add(digest)
            left += known[digest].needs
    return found


def _groups(goals: Sequence[Task]) -> tuple[Group, ...]:
    """The cells among ``goals`` by classifier; classifiers with the same cells share a group."""
    by_classifier: dict[str, list[str]] = defaultdict(list)
    for task in goals:
        if task.cell is not None:
            by_classifier[task.cell.classifier].append(_spelled(task))
    by_cells: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for classifier, places in by_classifier.items():
        by_cells[tuple(places)].append(classifier)
    return tuple(Group(tuple(classifiers), places) for places, classifiers in by_cells.items())


def _spelled(task: Task) -> str:
    return ":".join(task.coordinates[flag] for flag in ("ratio", "seed", "volume") if flag in task.coordinates)
