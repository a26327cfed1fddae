"""The tasks of a planned study in dependency order: what ``fer run`` works through, and what the plan's table shows."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from fer.cells import Cell, cells
from fer.evaluators.roles import EVALUATOR, ROLES
from fer.recipes import (
    GeneratorRun,
    PlannedStudy,
    Recipe,
    assessment_recipe,
    cell_recipe,
    evaluator_recipe,
    gan_recipe,
    is_folder,
    networks,
    run_of,
    synthetic_recipe,
)
from fer.revisions import Stage


@dataclass(frozen=True)
class Task:
    """One stage at one place of the study."""

    stage: Stage
    recipe: Recipe
    coordinates: dict[str, str]
    """The flags, beside ``--study``, with which the stage's command makes exactly this."""
    needs: tuple[str, ...]
    """Digests of the tasks that must be done before."""
    cell: Cell | None = None

    @cached_property
    def digest(self) -> str:
        """Key of the artifact that the task makes."""
        return self.recipe.digest

    def __str__(self) -> str:
        return " ".join([self.stage, *(f"{flag}={value}" for flag, value in self.coordinates.items())])

    @property
    def evaluators(self) -> tuple[str, ...]:
        """Roles of the evaluators that it reads."""
        return tuple(name.removeprefix(EVALUATOR) for name in self.recipe.inputs if name.startswith(EVALUATOR))

    @property
    def command(self) -> str:
        """The command, without study and store, that makes the artifact."""
        flags = [part for flag, value in self.coordinates.items() for part in (f"--{flag}", value)]
        return shlex.join(["fer", self.stage, *flags])


def tasks(planned: PlannedStudy) -> tuple[Task, ...]:
    """Every task between the data set and the report, each after those it needs, none twice."""
    all_cells = cells(planned.study)
    made = [
        task
        for run, volumes in generator_runs(planned, all_cells).items()
        for task in generator_tasks(planned, run, volumes)
    ]
    every = (*evaluator_tasks(planned, made), *made, *(cell_task(planned, cell) for cell in all_cells))
    found: dict[str, Task] = {}
    for task in every:
        found.setdefault(task.digest, task)
    return tuple(found.values())


def evaluator_tasks(planned: PlannedStudy, users: Iterable[Task]) -> list[Task]:
    """The training of each evaluator that any of ``users`` needs, in the order of the roles, one for each role."""
    needed = {role for task in users for role in task.evaluators}
    return [
        Task("train-evaluator", evaluator_recipe(planned, role), {"evaluator": role}, ())
        for role in ROLES
        if role in needed
    ]


def generator_runs(planned: PlannedStudy, all_cells: tuple[Cell, ...]) -> dict[GeneratorRun, int]:
    """Every training of every generator and how many volumes of its samples are used, in the study's order.

    A generator in no grid is trained for every seed, to be assessed.
    """
    runs: dict[GeneratorRun, int] = {}
    for cell in all_cells:
        run = run_of(planned, cell)
        if run is not None:
            runs[run] = max(cell.volume, runs.get(run, 1))
    in_grids = {run.generator for run in runs}
    for name in planned.study.generators:
        if name not in in_grids:
            for seed in planned.study.seeds[:1] if is_folder(planned, name) else planned.study.seeds:
                runs[GeneratorRun(generator=name, seed=seed)] = 1
    order = list(planned.study.generators)
    in_order = sorted(runs, key=lambda run: (order.index(run.generator), run.seed, run.ratio or 0.0))
    return {run: runs[run] for run in in_order}


def run_coordinates(run: GeneratorRun) -> dict[str, str]:
    """Flags that name a generator run."""
    ratio = {} if run.ratio is None else {"ratio": _spelled(run.ratio)}
    return {"generator": run.generator, "seed": str(run.seed), **ratio}


def cell_coordinates(cell: Cell) -> dict[str, str]:
    """Flags that name a cell."""
    generator = {} if cell.generator is None else {"generator": cell.generator}
    volume = {"volume": str(cell.volume)} if cell.volume > 1 else {}
    return {**generator, "classifier": cell.classifier, "ratio": _spelled(cell.ratio), **volume, "seed": str(cell.seed)}


def _spelled(ratio: float) -> str:
    """A ratio as a study's author writes it; parsed again it is the same number."""
    return repr(ratio).removesuffix(".0")


def generator_tasks(planned: PlannedStudy, run: GeneratorRun, volumes: int) -> list[Task]:
    """What one generator run takes: its networks, ``volumes`` blocks of samples, and the assessment of the first."""
    where = run_coordinates(run)
    gans = []
    for class_name in networks(planned, run.generator):
        one_class = {} if class_name is None else {"class": class_name}
        recipe = gan_recipe(planned, run, class_name)
        gans.append(Task("train-gan", recipe, where | one_class, _evaluators(recipe)))
    made: list[Task] = [*gans]
    for volume in range(1, volumes + 1):
        recipe = synthetic_recipe(planned, run, volume)
        block = {"volume": str(volume)} if volume > 1 else {}
        made.append(Task("generate", recipe, where | block, tuple(gan.digest for gan in gans)))
    first, assessment = synthetic_recipe(planned, run, 1).digest, assessment_recipe(planned, run)
    made.append(Task("assess", assessment, where, (first, *_evaluators(assessment))))
    return made


def _evaluators(recipe: Recipe) -> tuple[str, ...]:
    """Digests of the evaluators among a recipe's inputs, none twice: one may serve several roles."""
    return tuple(dict.fromkeys(digest for role, digest in recipe.inputs.items() if role.startswith(EVALUATOR)))


def cell_task(planned: PlannedStudy, cell: Cell) -> Task:
    """The training of one cell."""
    recipe = cell_recipe(planned, cell)
    needs = tuple(digest for role, digest in recipe.inputs.items() if role.startswith("synthetic"))
    return Task("train", recipe, cell_coordinates(cell), needs, cell)
