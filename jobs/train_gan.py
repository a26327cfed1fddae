"""``fer train-gan``: train one network of a generator on the real images that it may see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import numpy as np

from fer.data.dataset import Dataset, Split
from fer.data.mix import choose_real
from fer.generators.registry import FOLDER, get_generator
from fer.plan import Task
from fer.recipes import PlannedStudy, is_folder
from fer.runtime.work import Work
from jobs.context import Request
from jobs.coordinates import find_generator_task
from jobs.inputs import Inputs
from jobs.numerics import device_name, generator_numerics
from jobs.options import AbsentWhereEmpty, dry_run_option, generator_options, study_options
from jobs.pinned import check_folder
from jobs.stages import run_task

if TYPE_CHECKING:
    from fer.evaluators.judge import Judge


def make(planned: PlannedStudy, task: Task, inputs: Inputs, work: Work) -> str:
    """Train the task's network into ``work.folder``; returns the device's name."""
    name, params, study = task.coordinates["generator"], task.recipe.params, planned.study
    model = study.model_of(name)
    if is_folder(planned, name):
        check_folder(planned, model.removeprefix(FOLDER))
    generator = get_generator(model)
    dataset = inputs.dataset()
    class_name = task.coordinates.get("class")
    seen, classes = what_it_may_see(dataset, params.get("real", "all"), class_name)
    numerics = generator_numerics(planned, name, work.store)
    generator.train(
        seen.images,
        seen.labels,
        classes,
        kimg=study.kimg_of(name),
        options=study.generators[name].options,
        seed=training_seed(int(task.coordinates["seed"]), dataset.classes, class_name),
        numerics=numerics,
        judge=None if is_folder(planned, name) else make_judge(inputs, dataset, class_name, numerics.device),
        work=work,
    )
    return device_name(numerics)


def make_judge(inputs: Inputs, dataset: Dataset, class_name: str | None, device: str) -> "Judge":
    """The judge of the task's network, on the generator's device and with its threads."""
    from fer.evaluators.judge import Judge
    from fer.evaluators.network import load_evaluator

    evaluator = load_evaluator(inputs.evaluator("judge"), device)
    return Judge(evaluator, dataset.validation, dataset.classes, class_name)


def what_it_may_see(dataset: Dataset, real: object, class_name: str | None) -> tuple[Split, tuple[str, ...]]:
    """The real training images for one network, labelled by their places in the class names that come with them.

    ``real``: ``all``, or ``{"ratio": ..., "seed": ...}`` of the mix whose real images alone are meant. ``class_name``:
    the one class of a network of its own, or None.
    """
    train, classes = dataset.train, dataset.classes
    if isinstance(real, dict):
        chosen = choose_real(train.labels, len(classes), real["ratio"], real["seed"])
        train = Split(train.images[chosen], train.labels[chosen])
    if class_name is None:
        return train, classes
    own = train.labels == classes.index(class_name)
    return Split(train.images[own], np.zeros(int(own.sum()), dtype=np.int64)), (class_name,)


def training_seed(seed: int, classes: Sequence[str], class_name: str | None) -> int:
    """The seed that a network is trained with: a joint one's is the generator's own.

    Each of separate networks has one of its own, so that they share neither initial weights nor noise.
    """
    if class_name is None:
        return seed
    return int(np.random.SeedSequence([seed, classes.index(class_name)]).generate_state(1)[0])


@click.command(short_help="Train one network of a generator.")
@study_options
@generator_options
@click.option(
    "--class",
    "class_name",
    cls=AbsentWhereEmpty,
    help="Class of the network, for a generator with classes: separate.",
)
@dry_run_option
def command(
    study: str,
    store_uri: str,
    source: str | None,
    generator: str,
    ratio: float | None,
    seed: int,
    class_name: str | None,
    dry_run: bool,
) -> None:
    """Train one network of a generator: the joint one, or that of one class."""

    def find(planned: PlannedStudy) -> Task:
        task = find_generator_task(
            planned, "train-gan", generator=generator, seed=seed, ratio=ratio, class_name=class_name
        )
        if not dry_run:
            get_generator(planned.study.model_of(generator))  # whether there is one at all is said before all else
        return task

    run_task(Request(study, store_uri, source), find, dry_run)
