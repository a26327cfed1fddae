"""``fer train``: train one classifier on one mix, or several cells in turn."""

import logging
from collections.abc import Sequence
from itertools import product

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
from jobs.options import dry_run_option, study_options
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
        len(dataset.classes),
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


@click.command(short_help="Train one classifier on one mix, or several in turn.")
@study_options
@click.option("--generator", multiple=True, help="Its name in the study; without one the real images are used alone.")
@click.option("--classifier", multiple=True, required=True)
@click.option("--ratio", type=float, multiple=True, required=True, help="Share of real images, 0 to 1.")
@click.option("--volume", type=int, multiple=True, default=(1,), help="At ratio 0, how many times N; by default 1.")
@click.option("--seed", type=int, multiple=True, required=True)
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
    dry_run: bool,
) -> int:
    """Train one classifier on one mix of real and synthetic images.

    A flag given several times stands for several cells, which are trained in turn; one that fails does not stop the
    others.
    """
    stop = installed_stop()
    context = open_context(Request(study, store_uri, source))
    tasks = [
        find_cell_task(context.planned, generator=g, classifier=c, ratio=r, volume=v, seed=s)
        for g, c, r, v, s in product(generator or (None,), classifier, ratio, volume, seed)
    ]
    if dry_run:
        for task in tasks:
            print_recipe(context.store, task.recipe)
        return 0
    if len(tasks) == 1:
        execute(context.planned, tasks[0], context.store, stop, context.request)
        return 0
    return train_in_turn(context, tasks, stop)
