"""``fer assess``: measure a generator's first N samples beside real images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Dataset
from fer.data.mix import choose_real
from fer.metrics.assessment import assess, compare, save_assessment
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.work import Work
from jobs.context import Request
from jobs.coordinates import find_generator_task
from jobs.inputs import Inputs
from jobs.numerics import device_name, reading_numerics
from jobs.options import dry_run_option, generator_options, study_options
from jobs.pinned import pinned_weights
from jobs.stages import run_task

if TYPE_CHECKING:
    from fer.metrics.evidence import Network


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Write the assessment into ``work.folder``; returns the device's name."""
    from threadpoolctl import threadpool_limits

    from fer.metrics.evidence import INCEPTION, gather

    dataset = inputs.dataset()
    (samples,) = inputs.synthetic()
    uniform = planned.study.generators[task.coordinates["generator"]].labels == "uniform"
    comparison = compare(dataset, samples, uniform=uniform, seen=what_it_saw(dataset, task.coordinates))
    numerics = reading_numerics(planned)
    networks = {role: load_network(inputs.evaluator(role), numerics.device) for role in task.evaluators}
    with pinned_weights(planned, planned.study.assessment.inception) as weights:
        if weights is not None:
            networks[INCEPTION] = load_inception(weights, task.recipe.params["inception"], numerics.device)
    # Not all of this is torch's: NumPy and scikit-learn have threads of their own.
    with threadpool_limits(numerics.threads):
        evidence = gather(comparison, networks)
        save_assessment(assess(evidence), evidence, work.folder)
    return device_name(numerics)


def what_it_saw(dataset: Dataset, coordinates: Mapping[str, str]) -> NDArray[np.int64] | None:
    """Where the images that a generator was trained on lie in the training split, whatever networks it has.

    None: it was trained on all of them, or is taken to be, since nobody knows what the makers of a folder of images had
    seen. Only a generator that serves one mix (``real: match``) has a ratio.
    """
    if "ratio" not in coordinates:
        return None
    ratio, seed = float(coordinates["ratio"]), int(coordinates["seed"])
    return choose_real(dataset.train.labels, len(dataset.classes), ratio, seed)


def load_network(folder: Path, device: str) -> "Network":
    """The evaluator in an artifact's folder, with what an assessment says of it."""
    from fer.evaluators.network import describe_evaluator, load_evaluator
    from fer.metrics.evidence import Network

    described = describe_evaluator(folder)
    about = {"classifier": described["classifier"], "validation_accuracy": described["validation"]["accuracy"]}
    return Network(load_evaluator(folder, device), about)


def load_inception(weights: Path, digest: str, device: str) -> "Network":
    """Inception with the weights in a file of this SHA-256."""
    from fer.metrics.evidence import Network
    from fer.metrics.inception import Inception

    return Network(Inception(weights, device), {"weights": digest})


@click.command(short_help="Measure a generator's samples.")
@study_options
@generator_options
@dry_run_option
def command(
    study: str, store_uri: str, source: str | None, generator: str, ratio: float | None, seed: int, dry_run: bool
) -> None:
    """Measure a generator's first N samples beside real images.

    Distances between features, with how far real images are from each other; how often the labels are read that were
    asked for; memorisation and diversity; copies, counts per class and pixel statistics.
    """
    run_task(
        Request(study, store_uri, source),
        lambda planned: find_generator_task(planned, "assess", generator=generator, seed=seed, ratio=ratio),
        dry_run,
    )
