"""FER2013 as Kaggle packs it comes out with the known counts, and its known faults are found."""

from pathlib import Path
from typing import Any

import pytest

from fer.data.audit import audit, format_audit
from fer.data.dataset import EXPRESSIONS, Dataset
from fer.data.source import read_source
from fer.study import DrawnSpec

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def dataset(fer2013_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return read_source(str(fer2013_zip), tmp_path_factory.mktemp("scratch"), DrawnSpec())


@pytest.fixture(scope="module")
def findings(dataset: Dataset) -> dict[str, Any]:
    return audit(dataset)


def test_has_the_official_splits_and_label_order(dataset: Dataset) -> None:
    assert [len(split) for split in dataset.splits.values()] == [28_709, 3_589, 3_589]
    assert dataset.classes == EXPRESSIONS
    assert EXPRESSIONS == ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    assert dataset.train.images.shape == (28_709, 48, 48)


def test_has_the_official_class_counts(findings: dict[str, Any]) -> None:
    counts = {name: list(split.values()) for name, split in findings["class_counts"].items()}
    assert counts == {
        "train": [3995, 436, 4097, 7215, 4830, 3171, 4965],
        "validation": [467, 56, 496, 895, 653, 415, 607],
        "test": [491, 55, 528, 879, 594, 416, 626],
    }


def test_finds_the_images_that_occur_in_another_split(dataset: Dataset, findings: dict[str, Any]) -> None:
    assert findings["occurs_also"] == {
        "test_in_train": 288,
        "validation_in_train": 280,
        "test_in_train_or_validation": 314,
    }
    assert int(dataset.test_leaked.sum()) == 314
    assert findings["test_leak_free"] == 3_589 - 314


def test_finds_identical_images_and_conflicting_labels(findings: dict[str, Any]) -> None:
    assert findings["identical"]["groups"] == 1_516
    assert findings["identical"]["conflicting_groups"] == 57
    assert findings["identical"]["conflicting_groups_in_train"] == 39


def test_finds_the_images_of_one_single_value(findings: dict[str, Any]) -> None:
    assert findings["single_valued"] == 12


def test_prints_every_finding(findings: dict[str, Any]) -> None:
    text = format_audit(findings)
    for number in ("28,709", "3,995", "436", "314", "288", "280", "1,516", "57", "39", "12"):
        assert number in text.replace("\n", " ").split()
