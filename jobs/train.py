"""``fer train``: train one classifier on one mix, or several cells in turn."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import click

from fer.data.mix import build_mix
from fer.errors import StageError, Stopped, TryAgain
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from jobs.context import Context, Request, open_context
from jobs.coordinates import find_cell_task
from jobs.inputs import Inputs
from jobs.options import AbsentWhereEmpty, dry_run_option, study_options
from jobs.pinned import pinned_weights
from jobs.stage import installed_stop, print_recipe
from jobs.stages import execute

logger = logging.getLogger(__name__)


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Train the task's cell into ``work.folder``; returns the device's name."""
    from fer.classifiers.training import train_classifier

    cell, study = task.cell, planned.study
    assert cell is not None  # noqa: S101 - every train task has one
    dataset = inputs.dataset()
    mix = build_mix(
        dataset.train,
        dataset.classes,
        ratio=cell.ratio,
        seed=cell.seed,
        synthetic=inputs.synthetic(),
        uniform=cell.generator is not None and study.generators[cell.generator].labels == "uniform",
    )
    spec = study.training_of(cell.classifier)
    with pinned_weights(planned, spec.weights) as weights:
        return train_classifier(
            mix,
            dataset,
            classifier=cell.classifier,
            spec=spec.model_copy(update={"weights": None if weights is None else str(weights)}),
            budget=study.budgets.train,
            validate_on=cell.validate_on,
            seed=cell.seed,
            numerics=study.numerics,
            work=work,
        )


def train_in_turn(context: Context, tasks: Sequence[Task], stop: StopFlag) -> int:
    """Train several cells, going on past those that fail.

    Returns the exit status: 0 where every cell exists, else 75 where trying again can help any, else 2. Raises Stopped.
    """
    failed: list[bool] = []
    for task in tasks:
        stop.check()
        try:
            execute(context.planned, task, context.store, stop, context.request)
        except Stopped:
            raise
        except StageError as error:
            # Some errors, such as another's claim, begin with the task themselves.
            logger.error("%s", error if str(error).startswith(str(task)) else f"{task}: {error}")
            failed.append(isinstance(error, TryAgain))
        except Exception:
            logger.exception("%s: this is a bug", task)
            failed.append(False)
    if failed:
        logger.error("%d of %d cells failed, %d of which can be tried again", len(failed), len(tasks), sum(failed))
    return (75 if any(failed) else 2) if failed else 0


@dataclass(frozen=True)
class Place:
    """Where a cell is, given its generator and classifier."""

    ratio: float
    volume: int
    seed: int


class CellList(click.ParamType[tuple[Place, ...]]):
    """``RATIO:SEED`` or ``RATIO:SEED:VOLUME``, several of them apart by spaces."""

    name = "cells"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Place, ...]:
        """The places; fails at the first that is none, and where there is none at all."""
        places = []
        for text in value.split():
            ratio, *rest = text.split(":")
            try:
                seed, volume = map(int, [*rest, 1] if len(rest) == 1 else rest)
                places.append(Place(float(ratio), volume, seed))
            except ValueError:
                self.fail(f"{text!r} is no cell; write RATIO:SEED or RATIO:SEED:VOLUME, like 0.1:0", param, ctx)
        if not places:
            self.fail("names no cell; write RATIO:SEED or RATIO:SEED:VOLUME, like 0.1:0", param, ctx)
        return tuple(places)


@click.command(short_help="Train one classifier on one mix, or several in turn.")
@study_options
@click.option(
    "--generator",
    cls=AbsentWhereEmpty,
    multiple=True,
    help="Its name in the study; without one the real images are used alone.",
)
@click.option("--classifier", multiple=True, required=True)
@click.option("--ratio", type=float, multiple=True, help="Share of real images, 0 to 1.")
@click.option("--volume", type=int, multiple=True, help="At ratio 0, how many times N; by default 1.")
@click.option("--seed", type=int, multiple=True)
@click.option(
    "--cells",
    type=CellList(),
    help='In place of ratio, volume and seed: several cells as one text, "RATIO:SEED RATIO:SEED:VOLUME ...".',
)
@dry_run_option
def command(
    study: str,
    store_uri: str,
    source: str | None,
    generator: tuple[str, ...],
    classifier: tuple[str, ...],
    ratio: tuple[float, ...],
    volume: tuple[int, ...],
    seed: tuple[int, ...],
    cells: tuple[Place, ...] | None,
    dry_run: bool,
) -> int:
    """Train one classifier on one mix of real and synthetic images.

    A flag given several times stands for several cells, which are trained in turn; one that fails does not stop the
    others.
    """
    if cells is None:
        if not ratio or not seed:
            raise click.UsageError("which cells? Give --ratio and --seed, or --cells")
        cells = tuple(Place(*where) for where in product(ratio, volume or (1,), seed))
    elif ratio or volume or seed:
        raise click.UsageError("--cells stands in place of --ratio, --volume and --seed; leave them out")
    stop = installed_stop()
    context = open_context(Request(study, store_uri, source))
    tasks = [
        find_cell_task(context.planned, generator=g, classifier=c, ratio=cell.ratio, volume=cell.volume, seed=cell.seed)
        for g, c, cell in product(generator or (None,), classifier, cells)
    ]
    if dry_run:
        for task in tasks:
            print_recipe(context.store, task.recipe)
        return 0
    if len(tasks) == 1:
        execute(context.planned, tasks[0], context.store, stop, context.request)
        return 0
    return train_in_turn(context, tasks, stop)
