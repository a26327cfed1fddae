"""``fer generate``: draw labelled samples from a trained generator, joint or one network per class."""

import click

from fer.data.mix import class_counts
from fer.generators.generate import generate_block
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.work import Work
from jobs.context import Request
from jobs.coordinates import find_generator_task
from jobs.inputs import Inputs
from jobs.numerics import device_name, generator_numerics
from jobs.options import dry_run_option, generator_options, study_options
from jobs.stages import run_task


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Write the task's block of samples into ``work.folder``; returns the device's name."""
    name, params = task.coordinates["generator"], task.recipe.params
    classes = planned.classes
    if params["labels"] == "uniform":
        counts = (1,) * len(classes)
    else:
        counts = class_counts(inputs.dataset().train.labels, len(classes))
    numerics = generator_numerics(planned, name, work.store)
    generate_block(
        planned.study.model_of(name),
        inputs.folders("gan"),
        classes,
        counts,
        volume=params["volume"],
        size=params["count"],
        seed=params["seed"],
        sampling=planned.study.generators[name].sampling,
        numerics=numerics,
        work=work,
    )
    return device_name(numerics)


@click.command(short_help="Draw labelled samples from a trained generator.")
@study_options
@generator_options
@click.option("--volume", type=int, default=1, show_default=True, help="Which N samples: the first, the second, ...")
@dry_run_option
def command(
    study: str,
    store_uri: str,
    source: str | None,
    generator: str,
    ratio: float | None,
    seed: int,
    volume: int,
    dry_run: bool,
) -> None:
    """Draw N labelled samples at 48 pixels from a trained generator."""
    run_task(
        Request(study, store_uri, source),
        lambda planned: find_generator_task(
            planned, "generate", generator=generator, seed=seed, ratio=ratio, volume=volume
        ),
        dry_run,
    )
