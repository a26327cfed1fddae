"""Training an evaluator: a classifier on the whole real training split, kept with its weights."""

import json
from typing import Any

from safetensors.torch import save_file

from fer.classifiers.evaluation import EvaluationSets
from fer.classifiers.results import write_history
from fer.classifiers.run import Lesson, begin_run
from fer.data.dataset import Dataset
from fer.errors import RequestError
from fer.evaluators.control import check
from fer.evaluators.network import DESCRIPTION, WEIGHTS, load_evaluator
from fer.evaluators.roles import SEED
from fer.metrics.classification import full_scores
from fer.runtime.work import Work
from fer.study import NumericsSpec, TrainBudget, TrainingSpec


def train_evaluator(
    dataset: Dataset,
    *,
    classifier: str,
    spec: TrainingSpec,
    budget: TrainBudget,
    numerics: NumericsSpec,
    work: Work,
) -> str:
    """Train ``classifier`` on every real training image, and check that what is written reads as it was measured.

    Early stopping looks at the real validation split, and nothing at the test split. Writes ``weights.safetensors``
    (the best epoch's), ``evaluator.json`` and ``history.csv`` into ``work.folder``. Returns the device: ``cpu``, or the
    GPU's name. Goes on from a checkpoint like ``train_classifier``, and raises what that does; raises ControlFailed
    where the artifact fails its control.
    """
    if len(dataset.train) < 2:
        raise RequestError(f"the training split holds {len(dataset.train)} images; an evaluator needs at least 2")
    lesson = Lesson(
        classifier=classifier,
        classes=dataset.classes,
        trained=dataset.train,
        epoch_size=len(dataset.train),
        sets=EvaluationSets.of_validation(dataset.validation),
        validate_on="real",
        spec=spec,
        budget=budget,
        seed=SEED,
        keep_weights=True,
    )
    run = begin_run(lesson, numerics, work)
    facts = run.finish()
    weights = {name: tensor.cpu().contiguous() for name, tensor in run.best_weights.items()}
    save_file(weights, work.folder / WEIGHTS)
    write_history(work.folder, run.history)
    validation = full_scores(run.best["real"], dataset.validation.labels, dataset.classes)
    description = {**facts, "classes": list(dataset.classes), "validation": validation}
    _write(work, description)
    evaluator = load_evaluator(work.folder, run.numerics.device)
    _write(work, {**description, "control": check(evaluator, dataset, validation["accuracy"])})
    return run.device_name


def _write(work: Work, description: dict[str, Any]) -> None:
    text = json.dumps(description, indent=2, allow_nan=False)
    (work.folder / DESCRIPTION).write_text(f"{text}\n", encoding="utf-8")
