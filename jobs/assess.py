"""``fer assess``: measure a generator's first N samples beside real images."""

import click

from fer.metrics.assessment import assess, save_assessment
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.work import Work
from jobs.context import Request
from jobs.coordinates import find_generator_task
from jobs.inputs import Inputs
from jobs.options import dry_run_option, generator_options, study_options
from jobs.stage import CPU
from jobs.stages import run_task


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Write the assessment into ``work.folder``; returns the device's name."""
    dataset = inputs.dataset()
    (samples,) = inputs.synthetic()
    uniform = planned.study.generators[task.coordinates["generator"]].labels == "uniform"
    save_assessment(assess(dataset, samples, uniform=uniform), dataset, samples, work.folder)
    return CPU


@click.command(short_help="Measure a generator's samples.")
@study_options
@generator_options
@dry_run_option
def command(
    study: str, store_uri: str, source: str | None, generator: str, ratio: float | None, seed: int, dry_run: bool
) -> None:
    """Measure a generator's first N samples: counts per class, pixel statistics, copies of training images."""
    run_task(
        Request(study, store_uri, source),
        lambda planned: find_generator_task(planned, "assess", generator=generator, seed=seed, ratio=ratio),
        dry_run,
    )
