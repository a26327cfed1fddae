"""What an artifact is made from, and the name that follows from it.

A recipe holds the stage, its revision, the part of the study that affects the result, and the digests of its inputs.
Its own digest is the artifact's key in the store, so that whoever knows the planned study and a stage's coordinates
knows where every input and output lies, without being told.
"""

import hashlib
import json
from functools import cached_property
from typing import Any

from pydantic import Field

from fer.cells import Cell
from fer.evaluators.roles import EVALUATOR, SEED
from fer.revisions import REVISIONS, Stage
from fer.schema import Model
from fer.study import DrawnSpec, Study, TrainingSpec

KINDS: dict[Stage, str] = {
    "prepare": "dataset",
    "plan": "plan",
    "train-evaluator": "evaluator",
    "train-gan": "gan",
    "generate": "synthetic",
    "assess": "assessment",
    "train": "cell",
    "report": "report",
}

DIGEST_CHARACTERS = 40


def canonical(value: Any) -> str:
    """JSON with one spelling for one value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Recipe(Model):
    """What one artifact is made from."""

    stage: Stage
    revision: int
    params: dict[str, Any]
    inputs: dict[str, str]
    """Digests of the artifacts it reads, by their role."""

    @property
    def kind(self) -> str:
        """The store's folder for such artifacts."""
        return KINDS[self.stage]

    @cached_property
    def digest(self) -> str:
        """The artifact's key: SHA-256 of the canonical recipe, shortened to 160 bits."""
        return hashlib.sha256(canonical(self.model_dump(mode="json")).encode()).hexdigest()[:DIGEST_CHARACTERS]


class PlannedStudy(Model):
    """A study with its data pinned: from it and a stage's coordinates every recipe follows."""

    study: Study
    dataset: str
    """Digest of the prepared data set."""
    classes: tuple[str, ...]
    train_size: int
    """N, the size of every mix."""
    fingerprints: dict[str, str] = Field(default_factory=dict)
    """Content digests of what the study names by path or URI: folders of images, files of weights."""


class GeneratorRun(Model):
    """One training of a generator: its seed, and for ``real: match`` the ratio whose real images it may see."""

    generator: str
    seed: int
    ratio: float | None = None


def _recipe(stage: Stage, params: dict[str, Any], inputs: dict[str, str]) -> Recipe:
    return Recipe(stage=stage, revision=REVISIONS[stage], params=params, inputs=inputs)


def dataset_recipe(fingerprint: str, drawn: DrawnSpec | None) -> Recipe:
    """The data set read from a source of this content; ``drawn`` where the source is code."""
    params = {"source": fingerprint, "drawn": drawn.model_dump(mode="json") if drawn else None}
    return _recipe("prepare", params, {})


def plan_recipe(planned: PlannedStudy) -> Recipe:
    """The planned study itself."""
    params = {"study": planned.study.model_dump(mode="json"), "fingerprints": planned.fingerprints}
    return _recipe("plan", params, {"dataset": planned.dataset})


def evaluator_recipe(planned: PlannedStudy, role: str) -> Recipe:
    """The classifier of an evaluator's role, trained on all real training images. Equal ones serve several roles."""
    study, spec = planned.study, planned.study.evaluator(role)
    params = {
        "classifier": study.evaluator_classifier(role),
        "training": _training(planned, spec.training),
        "budget": spec.budget.model_dump(mode="json"),
        "seed": SEED,
        "numerics": study.numerics.model_dump(mode="json"),
    }
    return _recipe("train-evaluator", params, {"dataset": planned.dataset})


def evaluator_inputs(planned: PlannedStudy, *roles: str) -> dict[str, str]:
    """Evaluators among a recipe's inputs."""
    return {f"{EVALUATOR}{role}": evaluator_recipe(planned, role).digest for role in roles}


def gan_recipe(planned: PlannedStudy, run: GeneratorRun, class_name: str | None) -> Recipe:
    """One trained network of a generator: the joint one (``class_name`` None), or that of one class."""
    study = planned.study
    spec, model = study.generators[run.generator], study.model_of(run.generator)
    inputs = {"dataset": planned.dataset}
    if model.startswith("folder:"):
        params: dict[str, Any] = {"model": "folder", "content": planned.fingerprints[model.removeprefix("folder:")]}
    else:
        params = {
            "model": model,
            "options": spec.options,
            "class": class_name,
            "real": "all" if run.ratio is None else {"ratio": run.ratio, "seed": run.seed},
            "kimg": study.kimg_of(run.generator),
            "seed": run.seed,
            "numerics": study.numerics.model_dump(mode="json"),
        }
        inputs |= evaluator_inputs(planned, "judge")
    return _recipe("train-gan", params, inputs)


def networks(planned: PlannedStudy, generator: str) -> tuple[str | None, ...]:
    """The classes that a generator trains one network each for, or (None,) for its one joint network."""
    spec = planned.study.generators[generator]
    return planned.classes if spec.classes == "separate" and not is_folder(planned, generator) else (None,)


def is_folder(planned: PlannedStudy, generator: str) -> bool:
    """Whether the generator is somebody's own images, which nobody trains and no seed changes."""
    return planned.study.model_of(generator).startswith("folder:")


def synthetic_recipe(planned: PlannedStudy, run: GeneratorRun, volume: int) -> Recipe:
    """The ``volume``-th N samples of a trained generator (the first is volume 1), fewer where a folder holds fewer."""
    spec = planned.study.generators[run.generator]
    params: dict[str, Any] = {"labels": spec.labels, "volume": volume, "count": planned.train_size, "seed": run.seed}
    if not is_folder(planned, run.generator):
        params["numerics"] = planned.study.numerics.model_dump(mode="json")
        params["sampling"] = spec.sampling
    inputs = {"dataset": planned.dataset}
    for class_name in networks(planned, run.generator):
        inputs["gan" if class_name is None else f"gan:{class_name}"] = gan_recipe(planned, run, class_name).digest
    return _recipe("generate", params, inputs)


def assessment_recipe(planned: PlannedStudy, run: GeneratorRun) -> Recipe:
    """What is said of a generator's first N samples."""
    inception = planned.study.assessment.inception
    params = {
        "inception": None if inception is None else planned.fingerprints[inception],
        "numerics": planned.study.numerics.model_dump(mode="json"),
    }
    inputs = {"dataset": planned.dataset, "synthetic": synthetic_recipe(planned, run, volume=1).digest}
    return _recipe("assess", params, inputs | evaluator_inputs(planned, "features", "judge", "reader"))


def run_of(planned: PlannedStudy, cell: Cell) -> GeneratorRun | None:
    """The generator run whose samples a cell uses; None for a cell without any."""
    if cell.generator is None or cell.generator_seed is None:
        return None
    matched = planned.study.generators[cell.generator].real == "match"
    return GeneratorRun(generator=cell.generator, seed=cell.generator_seed, ratio=cell.ratio if matched else None)


def cell_recipe(planned: PlannedStudy, cell: Cell) -> Recipe:
    """One classifier trained on one mix."""
    study = planned.study
    params = {
        "classifier": cell.classifier,
        "training": _training(planned, study.training_of(cell.classifier)),
        "budget": study.budgets.train.model_dump(mode="json"),
        "ratio": cell.ratio,
        "volume": cell.volume,
        "seed": cell.seed,
        "validate_on": cell.validate_on,
        "numerics": study.numerics.model_dump(mode="json"),
    }
    inputs = {"dataset": planned.dataset}
    run = run_of(planned, cell)
    if run is not None:
        for volume in range(1, cell.volume + 1):
            inputs[f"synthetic:{volume}"] = synthetic_recipe(planned, run, volume).digest
    return _recipe("train", params, inputs)


def _training(planned: PlannedStudy, training: TrainingSpec) -> dict[str, Any]:
    """How a classifier is trained, its weights by their content."""
    spec = training.model_dump(mode="json")
    if training.weights is not None:
        spec["weights"] = planned.fingerprints[training.weights]
    return spec


def report_recipe(
    planned: PlannedStudy,
    present: dict[str, str],
    attempts: dict[str, str],
    missing: dict[str, str],
    gpu_hour: dict[str, Any] | None = None,
) -> Recipe:
    """The report over what exists: digests by task, which attempt made each, and why each other task is missing.

    ``gpu_hour``: the price that it counts with, where one was given.
    """
    inputs = {"plan": plan_recipe(planned).digest, **present}
    priced = {} if gpu_hour is None else {"gpu_hour": gpu_hour}
    return _recipe("report", {"attempts": attempts, "missing": missing, **priced}, inputs)
