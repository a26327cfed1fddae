"""From a task to the code that makes it: the one path that commands and ``fer run`` share."""

from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module

from fer.errors import RequestError
from fer.plan import Task, tasks
from fer.recipes import PlannedStudy
from fer.revisions import Stage
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import Store
from jobs.context import Request, open_context
from jobs.inputs import Inputs, kind_of
from jobs.stage import Made, installed_stop, print_recipe, run_stage, stopping_at_once

MAKERS: dict[Stage, str] = {
    "train-evaluator": "jobs.train_evaluator",
    "train-gan": "jobs.train_gan",
    "generate": "jobs.generate",
    "assess": "jobs.assess",
    "train": "jobs.train",
}
"""Modules with ``make(planned, task, inputs, work) -> device`` (see ``run_stage``)."""
SAVING_NOTHING: frozenset[Stage] = frozenset({"assess"})
"""Stages without checkpoints, which a signal ends at once."""


def execute(planned: PlannedStudy, task: Task, store: Store, stop: StopFlag, request: Request | None = None) -> Made:
    """Make sure that a task's artifact exists.

    ``request``: the flags that errors repeat in the commands they name; by default the study's name in this store.
    Raises RequestError where an input is missing, naming the command that makes it, and what the stage itself raises.
    """
    if not store.exists(task.recipe.kind, task.digest):
        _require_inputs(planned, task, store, request or Request(planned.study.name, store.uri))

    def make(work: Work) -> str:
        with stopping_at_once(stop) if task.stage in SAVING_NOTHING else nullcontext():
            device: str = import_module(MAKERS[task.stage]).make(planned, task, Inputs(task.recipe, store), work)
        return device

    return run_stage(store, task.recipe, str(task), make, stop)


def run_task(request: Request, find: Callable[[PlannedStudy], Task], dry_run: bool) -> None:
    """The command of a stage: make the one task that ``find`` picks from the planned study, or print its recipe."""
    stop = installed_stop()
    context = open_context(request)
    task = find(context.planned)
    if dry_run:
        print_recipe(context.store, task.recipe)
    else:
        execute(context.planned, task, context.store, stop, request)


def _require_inputs(planned: PlannedStudy, task: Task, store: Store, request: Request) -> None:
    for role, digest in task.recipe.inputs.items():
        if not store.exists(kind_of(role), digest):
            if role == "dataset":
                command = "fer prepare"
            else:
                command = next(made.command for made in tasks(planned) if made.digest == digest)
            raise RequestError(f"{task}: its input {role} is missing; make it with: {command} {request.flags}")
