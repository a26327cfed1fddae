"""Sets of samples with known faults are caught, each by the figure that is there for it, and clean ones pass them all.

The samples are faces that nobody trained on, drawn ones and some of FER2013. The evaluator, which serves in all roles,
is trained for real.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from fer.data.dataset import Dataset, Split
from fer.data.drawn import draw_dataset
from fer.data.duplicates import image_keys
from fer.data.source import read_source
from fer.evaluators.network import Evaluator, load_evaluator
from fer.evaluators.training import train_evaluator
from fer.metrics.distances import measure_distances
from fer.metrics.diversity import measure_diversity
from fer.metrics.evidence import FEATURES, JUDGE, READER
from fer.metrics.fidelity import measure_fidelity
from fer.metrics.memorisation import measure_memorisation
from fer.study import DrawnSpec, NumericsSpec, TrainBudget, TrainingSpec
from tests.unit.classifiers.cases import open_work
from tests.unit.metrics.evidence import evidence_of

pytestmark = [pytest.mark.known_faults, pytest.mark.slow]

# Fixed before any figure was looked at; density joined precision after the first run, at the same threshold. Each
# compares a figure with its floor, real images in place of the samples.
LEAST_FIDELITY = 0.8
"""Of the agreement on real images. A generator that shows its labels somewhat worse passes; permuted ones agree by
chance, a seventh."""
MOST_NEAR_COPIES = 0.05
"""Of samples as near to a training image as the nearest hundredth of real images: five times what is normal."""
MOST_MEMBERSHIP = 0.6
"""Area under the curve. It is one half without memorisation, with an error of 0.02 on as many images as here."""
MOST_FROM_HALF = 0.06
"""Of that area for clean images: three times its error."""
LEAST_COVERED = 0.7
"""Of the floor's recall, coverage and diversity: a set that lacks a third of what there is has lost it."""
LEAST_PRECISION = 0.7
"""Of the floor's precision and density, for the same reason. Precision alone is easily satisfied: one real image that
lies apart from the others has a neighbourhood into which much falls."""
MOST_FID = 3.0
"""Times the floor's distance, which is not zero, but due to the number of images and to what the network learned by
heart."""

Figures = dict[str, Any]

CHECKS: dict[str, Callable[[Figures], bool]] = {
    "label fidelity": lambda found: (
        found["fidelity"]["agreement"] >= LEAST_FIDELITY * found["fidelity"]["real"]["agreement"]
    ),
    "labels": lambda found: found["fidelity"]["label_fault"] is None,
    "near copies": lambda found: found["pixels"]["near_copies"]["synthetic"] <= MOST_NEAR_COPIES,
    "membership": lambda found: found["pixels"]["membership"]["auc"] <= MOST_MEMBERSHIP,
    "recall": lambda found: found["synthetic"]["recall"] >= LEAST_COVERED * found["real"]["recall"],
    "coverage": lambda found: found["synthetic"]["coverage"] >= LEAST_COVERED * found["real"]["coverage"],
    "diversity": lambda found: found["diversity"]["synthetic"] >= LEAST_COVERED * found["diversity"]["real"],
    "precision": lambda found: found["synthetic"]["precision"] >= LEAST_PRECISION * found["real"]["precision"],
    "density": lambda found: found["synthetic"]["density"] >= LEAST_PRECISION * found["real"]["density"],
    "fid": lambda found: found["synthetic"]["fid"] <= MOST_FID * found["real"]["fid"],
}


@dataclass(frozen=True, eq=False)
class Faces:
    """A data set, and 700 or more faces of the same kind that are in none of its splits."""

    dataset: Dataset
    clean: Split


def drawn_faces() -> Faces:
    return Faces(
        draw_dataset(DrawnSpec(train=1400, validation=350, test=350, seed=0)),
        draw_dataset(DrawnSpec(train=700, validation=7, test=7, seed=1)).train,
    )


def photographed_faces(archive: Path, scratch: Path) -> Faces:
    """A part of FER2013's distinct training images as its own, so that others were never seen."""
    whole = read_source(str(archive), scratch, DrawnSpec())
    keys, first = np.unique(image_keys(whole.train.images), return_index=True)
    alone = first[~np.isin(keys, np.concatenate([image_keys(s.images) for s in (whole.validation, whole.test)]))]
    chosen = np.random.default_rng(0).permutation(alone)
    train, clean = (
        Split(whole.train.images[part], whole.train.labels[part]) for part in (chosen[:8000], chosen[8000:10_000])
    )
    return Faces(replace(whole, train=train), clean)


@pytest.fixture(scope="module", params=["drawn", pytest.param("fer2013", marks=pytest.mark.real)])
def faces(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Faces:
    if request.param == "drawn":
        return drawn_faces()
    return photographed_faces(request.getfixturevalue("fer2013_zip"), tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def evaluator(faces: Faces, tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    work = open_work(tmp_path_factory.mktemp("evaluator"))
    train_evaluator(
        faces.dataset,
        classifier="timm:test_resnet",
        spec=TrainingSpec(learning_rate=3e-3, batch_size=64),
        budget=TrainBudget(epochs=16, patience=16),
        numerics=NumericsSpec(precision="fp32", threads=1),
        work=work,
    )
    return load_evaluator(work.folder, "cpu")


def failed_checks(faces: Faces, evaluator: Evaluator, samples: Split) -> set[str]:
    """The names of the checks that a set of samples does not pass."""
    evidence = evidence_of(faces.dataset, samples, readers=dict.fromkeys((FEATURES, JUDGE, READER), evaluator))
    found = {
        "fidelity": measure_fidelity(evidence)["reader"],
        "pixels": measure_memorisation(evidence)["pixels"],
        "diversity": measure_diversity(evidence),
        **measure_distances(evidence)["features"],
    }
    print({name: value for name, value in found.items() if name != "per_class"})
    return {name for name, passes in CHECKS.items() if not passes(found)}


def test_the_evaluator_can_tell_the_classes_apart(faces: Faces, evaluator: Evaluator) -> None:
    assert (evaluator.read(faces.clean.images).labels == faces.clean.labels).mean() > 0.4  # by chance a quarter at most


def test_clean_real_images_pass_every_check(faces: Faces, evaluator: Evaluator) -> None:
    assert failed_checks(faces, evaluator, faces.clean) == set()


def test_clean_real_images_are_not_told_from_other_unseen_ones(faces: Faces, evaluator: Evaluator) -> None:
    found = measure_memorisation(evidence_of(faces.dataset, faces.clean, readers={FEATURES: evaluator}))
    for space in ("pixels", "features"):
        assert abs(found[space]["membership"]["auc"] - 0.5) <= MOST_FROM_HALF


def test_permuted_labels_are_caught_by_label_fidelity(faces: Faces, evaluator: Evaluator) -> None:
    permuted = Split(faces.clean.images, (faces.clean.labels + 1) % len(faces.dataset.classes))
    assert {"label fidelity", "labels"} <= failed_checks(faces, evaluator, permuted)


def test_copies_of_training_images_are_caught_by_memorisation(faces: Faces, evaluator: Evaluator) -> None:
    train = faces.dataset.train
    noise = np.random.default_rng(0).integers(-2, 3, train.images.shape)
    copies = Split((train.images + noise).clip(0, 255).astype(np.uint8), train.labels)
    assert {"near copies", "membership"} <= failed_checks(faces, evaluator, copies)


def test_one_image_per_class_is_caught_by_recall_coverage_and_diversity(faces: Faces, evaluator: Evaluator) -> None:
    labels = faces.clean.labels
    first = np.array([np.flatnonzero(labels == label)[0] for label in range(len(faces.dataset.classes))])
    collapsed = Split(faces.clean.images[first[labels]], labels)
    assert {"recall", "coverage", "diversity"} <= failed_checks(faces, evaluator, collapsed)


def test_blurred_images_are_caught_by_fid_precision_and_density(faces: Faces, evaluator: Evaluator) -> None:
    soft = [Image.fromarray(image).filter(ImageFilter.GaussianBlur(2)) for image in faces.clean.images]
    assert {"fid", "precision", "density"} <= failed_checks(
        faces, evaluator, Split(np.stack([np.asarray(i) for i in soft]), faces.clean.labels)
    )
