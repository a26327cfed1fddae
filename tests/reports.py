"""Studies whose results are made up, so that tests of the report know every number that it must show."""

import io
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer.cells import Cell
from fer.plan import Task, tasks
from fer.recipes import GeneratorRun, PlannedStudy
from fer.report.results import AssessmentResult, CellResult, Made, Missing, NetworkResult, StudyResults, Truth
from fer.store.records import Manifest
from fer.studies import parse_study
from tests.assessments import assessment_figures, plane

CLASSES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
TRAIN_SIZE = 28709
TRUTH = Truth(np.tile(np.arange(len(CLASSES)), 100), np.arange(100 * len(CLASSES)) % 10 != 0)
"""A hundred test images of each class, of which every tenth is leaked."""
MACHINE = "Linux-6.1.0-x86_64-with-glibc2.36, Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"

TWO_GENERATORS = """
name: two
title: Two generators, two seeds
data: {source: drawn}
generators:
  weak: {model: cgan-48}
  strong: {model: cgan-48, real: match}
grids:
  - {name: weak, generators: [weak], classifiers: [cnn], ratios: [0.0, 0.5, 1.0], controls: [0.1, 0.5]}
  - {name: strong, generators: [strong], classifiers: [cnn], ratios: [0.5], controls: [0.5]}
seeds: [0, 1]
"""

REUSED = TWO_GENERATORS.replace("{name: weak,", "{name: weak, reuse_generator_seed: true,")
"""The same, but ``weak`` is trained for the first seed only."""

FOLDER = "/theirs"
"""Images that somebody brought along: the model ``folder:/theirs`` of made-up studies."""

Score = Callable[[Cell], float]


def plan_of(text: str, **changes: Any) -> PlannedStudy:
    """A planned study on a data set like FER2013."""
    return PlannedStudy(
        **{
            "study": parse_study(text, "test"),
            "dataset": "d" * 40,
            "classes": CLASSES,
            "train_size": TRAIN_SIZE,
            "fingerprints": {FOLDER: "f" * 40},
            **changes,
        }
    )


def known_score(cell: Cell) -> float:
    """Official macro-F1: 0.2 + 0.3 * ratio, weak samples add 0.02, strong ones 0.05, and the second seed 0.01."""
    added = {None: 0.0, "weak": 0.02, "strong": 0.05}.get(cell.generator, 0.03)
    return round(0.2 + 0.3 * cell.ratio + added + 0.01 * cell.seed, 4)


def made_up(
    text: str = TWO_GENERATORS,
    *,
    score: Score = known_score,
    missing: Callable[[Task], tuple[str, str] | None] = lambda _: None,
    epochs: int = 6,
    classes: tuple[str, ...] = CLASSES,
) -> StudyResults:
    """Results of a whole study; ``missing`` gives the state and reason of tasks that are not there."""
    planned = plan_of(text, classes=classes)
    all_tasks = tasks(planned)
    gone = {task.digest: found for task in all_tasks if (found := missing(task)) is not None}
    there = [task for task in all_tasks if task.digest not in gone]
    return StudyResults(
        planned=planned,
        study_text=text,
        made=[Made(task, manifest_of(task)) for task in there],
        missing=[Missing(task, *gone[task.digest]) for task in all_tasks if task.digest in gone],
        cells=[
            cell_result(task.cell, manifest_of(task), score(task.cell), epochs)
            for task in there
            if task.cell is not None
        ],
        truth=TRUTH,
        networks=[network_result(task, classes) for task in there if task.stage == "train-gan"],
        assessments=[assessment_result(task, classes) for task in there if task.stage == "assess"],
        audit=audit(classes),
        prepared=None,
    )


def manifest_of(task: Task) -> Manifest:
    """A manifest as a store would have it."""
    return Manifest(
        kind=task.recipe.kind,
        digest=task.digest,
        attempt="0123456789ab",
        files={},
        recipe=task.recipe.model_dump(mode="json"),
        code_version="0.1.0+g1a2b3c4",
        libraries={"python": "3.11.9", "torch": "2.15.0"},
        machine=MACHINE,
        device="cpu",
        wall_seconds=100.0,
        device_seconds=190.0,
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def cell_result(cell: Cell, manifest: Manifest, macro_f1: float, epochs: int) -> CellResult:
    """A cell whose accuracy is its macro-F1 plus 0.1, and whose leak-free figures are 0.005 lower.

    Every tenth image of its training set is held out.
    """
    images = TRAIN_SIZE * cell.volume if cell.generator else round(cell.ratio * TRAIN_SIZE)
    best = max(1, epochs - 2)
    rows = range(1, epochs + 1)
    rise = [1 - math.exp(-2.5 * row / best) for row in rows]
    history = {
        "epoch": [float(row) for row in rows],
        "train_loss": [2 - r for r in rise],
        "train_accuracy": [min(1.0, (macro_f1 + 0.2) * r) for r in rise],
        "validation_accuracy": [(macro_f1 + 0.11) * r for r in rise],
        "held_out_accuracy": [(macro_f1 + 0.12) * r for r in rise],
        "test_accuracy": [(macro_f1 + 0.1) * r for r in rise],
    }
    metrics = {
        "validation": figures(macro_f1 + 0.01),
        "held_out": figures(macro_f1 + 0.02),
        "test": figures(macro_f1),
        "test_leak_free": figures(macro_f1 - 0.005),
    }
    summary = {
        "best_epoch": best,
        "epochs": epochs,
        "stopped_by": "patience",
        "counts": {"distinct": 27000, "trained": images - images // 10},
        "metrics": metrics,
    }
    area = influence(seed=cell.seed)
    return CellResult(
        cell=cell,
        manifest=manifest,
        summary=summary,
        history=history,
        predicted=predicted(macro_f1, seed=cell.seed),
        auroc_influence=area,
        auroc_influence_leak_free=area[TRUTH.leak_free] - area[TRUTH.leak_free].mean(),
    )


def predicted(macro_f1: float, seed: int) -> NDArray[np.uint8]:
    """Labels of the test images, of which a share of ``macro_f1`` is right in every class, others by the seed."""
    images = np.arange(len(TRUTH.labels)) // len(CLASSES)
    right = np.random.default_rng(seed).permutation(images.max() + 1)[images] < macro_f1 * (images.max() + 1)
    return np.where(right, TRUTH.labels, (TRUTH.labels + 1) % len(CLASSES)).astype(np.uint8)


def influence(seed: int) -> NDArray[np.float32]:
    """Of each test image on the AUROC: part of it is the image's, whichever network looks at it."""
    ours, theirs = (np.random.default_rng(one).normal(size=len(TRUTH.labels)) for one in (1000, seed))
    together = 0.2 * (ours + theirs)
    return np.asarray(together - together.mean(), np.float32)


def figures(macro_f1: float) -> dict[str, Any]:
    """The figures of one part of the data."""
    return {"accuracy": macro_f1 + 0.1, "macro_f1": macro_f1, "macro_auroc": min(1.0, macro_f1 + 0.3), "per_class": {}}


def network_result(task: Task, classes: tuple[str, ...]) -> NetworkResult:
    """A network that trained as planned; the networks of generators called ``diverging`` did not."""
    kimg = [float(step) for step in range(1, 41)]
    history = {
        "kimg": kimg,
        "discriminator_loss": [1.38 - 0.2 * (1 - math.exp(-k / 10)) for k in kimg],
        "generator_loss": [0.69 + 0.5 * (1 - math.exp(-k / 10)) for k in kimg],
    }
    where = task.coordinates
    reason = {"reason": "a loss was no finite number at 40 kimg", "weights_of_kimg": 30.0}
    fault = {"label_fault": "labels say nothing about the samples" if where["generator"] == "diverging" else None}
    summary = {
        "model": "cgan-48",
        "images": dict.fromkeys(classes, 100),
        "kimg": 40.0,
        "kimg_shown": 40.0,
        "diverged": reason if where["generator"] == "diverging" else None,
        "judge": {
            "samples": 700,
            "preferred": {"kimg": 30.0, "agreement": 0.414, "chance": 0.152, "frechet": 61.7} | fault,
            "last": {"kimg": 40.0, "agreement": 0.402, "chance": 0.151, "frechet": 63.2} | fault,
        },
    }
    snapshots = {
        "kimg": [20.0, 30.0, 40.0],
        "seconds": [610.0, 905.0, 1200.0],
        "agreement": [0.21, 0.414, 0.402],
        "frechet": [103.5, 61.7, 63.2],
    }
    return NetworkResult(run_of(task), where.get("class"), summary, history, snapshots, sheet_png(seed=1))


def assessment_result(task: Task, classes: tuple[str, ...]) -> AssessmentResult:
    """An assessment with known figures."""
    sheet, real, pairs = (sheet_png(seed=seed) for seed in (2, 3, 4))
    return AssessmentResult(run_of(task), assessment_figures(classes), sheet, real, pairs, plane(classes))


def run_of(task: Task) -> GeneratorRun:
    """The generator run that a task's coordinates name."""
    where = task.coordinates
    ratio = float(where["ratio"]) if "ratio" in where else None
    return GeneratorRun(generator=where["generator"], seed=int(where["seed"]), ratio=ratio)


def audit(classes: tuple[str, ...]) -> dict[str, Any]:
    """FER2013's audit, with made-up counts per class."""
    return {
        "classes": list(classes),
        "images": {"train": 28709, "validation": 3589, "test": 3589},
        "class_counts": {split: dict.fromkeys(classes, 500) for split in ("train", "validation", "test")},
        "occurs_also": {"test_in_train": 288, "validation_in_train": 280, "test_in_train_or_validation": 314},
        "test_leak_free": 3275,
        "identical": {"groups": 1516, "images": 3120, "conflicting_groups": 57, "conflicting_groups_in_train": 39},
        "single_valued": 12,
        "pixels": {"mean": 129.5, "std": 65.1},
        "notes": ["3 files that are no images were ignored"],
    }


@cache
def sheet_png(seed: int) -> bytes:
    """A small grey picture."""
    noise = random.Random(seed).randbytes(70 * 50)
    file = io.BytesIO()
    Image.frombytes("L", (70, 50), noise).resize((1050, 750)).save(file, "PNG")
    return file.getvalue()
