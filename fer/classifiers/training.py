"""Training one classifier on one mix, and the cell's files."""

from typing import Literal

from fer.classifiers.evaluation import EvaluationSets
from fer.classifiers.results import mix_counts, write_results
from fer.classifiers.run import Lesson, begin_run
from fer.data.dataset import Dataset
from fer.data.mix import Mix
from fer.errors import RequestError
from fer.runtime.work import Work
from fer.study import NumericsSpec, TrainBudget, TrainingSpec


def train_classifier(
    mix: Mix,
    dataset: Dataset,
    *,
    classifier: str,
    spec: TrainingSpec,
    budget: TrainBudget,
    validate_on: Literal["real", "mix"],
    seed: int,
    numerics: NumericsSpec,
    work: Work,
) -> str:
    """Train ``classifier`` on the mix and write ``cell.json``, ``history.csv`` and ``logits.npz`` into ``work.folder``.

    Returns the device: ``cpu``, or the GPU's name. The test split is measured after every epoch and never looked at by
    anything that chooses. With a checkpoint there, training goes on from it, with the precision and threads that
    it names. Raises RequestError for weights that do not fit, a set too small to train on, and a loss that is no longer
    finite; Stopped where a stop is requested, after a checkpoint from which no batch is missing.
    """
    _check_sizes(mix, validate_on)
    lesson = Lesson(
        classifier=classifier,
        classes=dataset.classes,
        trained=mix.trained,
        epoch_size=mix.epoch_size,
        sets=EvaluationSets.of_cell(mix, dataset),
        validate_on=validate_on,
        spec=spec,
        budget=budget,
        seed=seed,
    )
    run = begin_run(lesson, numerics, work)
    facts = {**run.finish(), "counts": mix_counts(mix)}
    write_results(work.folder, facts, run.history, lesson.sets, run.best, dataset.classes)
    return run.device_name


def _check_sizes(mix: Mix, validate_on: str) -> None:
    trained = int((~mix.held_out).sum())
    if trained < 2:
        raise RequestError(f"the training set holds {trained} images beside its held-out ones; it needs at least 2")
    if validate_on == "mix" and not len(mix.validation.labels):
        raise RequestError(
            "validate_on: mix needs held-out images that are not trained on as well, and this mix has none; use real"
        )
