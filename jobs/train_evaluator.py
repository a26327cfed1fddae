"""``fer train-evaluator``: train a classifier on all real images, which all generators' samples are shown to."""

import click

from fer.evaluators.roles import ROLES
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.work import Work
from jobs.context import Request
from jobs.coordinates import find_evaluator_task
from jobs.inputs import Inputs
from jobs.options import dry_run_option, study_options
from jobs.pinned import pinned_weights
from jobs.stages import run_task

PURPOSES = "; ".join(f"{name}: {role.purpose}" for name, role in ROLES.items())


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Train the task's evaluator into ``work.folder``; returns the device's name."""
    from fer.evaluators.training import train_evaluator

    study, role = planned.study, task.coordinates["evaluator"]
    spec = study.evaluator(role)
    with pinned_weights(planned, spec.training.weights) as weights:
        return train_evaluator(
            inputs.dataset(),
            classifier=study.evaluator_classifier(role),
            spec=spec.training.model_copy(update={"weights": None if weights is None else str(weights)}),
            budget=spec.budget,
            numerics=study.numerics,
            work=work,
        )


@click.command(short_help="Train a classifier that scores generators.")
@study_options
@click.option("--evaluator", required=True, help=f"Its role. {PURPOSES}.")
@dry_run_option
def command(study: str, store_uri: str, source: str | None, evaluator: str, dry_run: bool) -> None:
    """Train a classifier on every real training image, which all generators' samples are shown to."""
    run_task(Request(study, store_uri, source), lambda planned: find_evaluator_task(planned, evaluator), dry_run)
