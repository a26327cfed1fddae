"""Classification figures, by hand on small sets and where a class is absent."""

import json
from typing import Any

import numpy as np
import pytest

from fer.metrics.classification import full_scores, quick_scores

CLASSES = ("a", "b", "c")


def logits_for(predicted: list[int]) -> np.ndarray[Any, np.dtype[np.float16]]:
    return np.eye(3, dtype=np.float16)[predicted] * 4


def test_figures_by_hand() -> None:
    labels = np.array([0, 0, 1, 1, 2])
    scores = full_scores(logits_for([0, 1, 1, 1, 2]), labels, CLASSES)
    assert scores["images"] == 5
    assert scores["accuracy"] == 0.8
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 0.8 + 1) / 3)
    assert scores["per_class"]["b"] == {
        "precision": pytest.approx(2 / 3),
        "recall": 1.0,
        "f1": pytest.approx(0.8),
        "auroc": pytest.approx(1 - 1 / 3 / 2),
        "support": 2,
    }
    assert scores["confusion"] == [[1, 1, 0], [0, 2, 0], [0, 0, 1]]
    sure, unsure = -np.log(np.exp(4) / (np.exp(4) + 2)), -np.log(1 / (np.exp(4) + 2))
    assert scores["loss"] == pytest.approx((4 * sure + unsure) / 5, rel=1e-3)


def test_averages_run_over_the_classes_that_are_there() -> None:
    labels = np.array([0, 0, 1, 1])
    scores = full_scores(logits_for([0, 2, 1, 1]), labels, CLASSES)
    # The image taken for the absent class costs the recall of its own, and nothing is said about the absent one.
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 1) / 2)
    absent = {"precision": None, "recall": None, "f1": None, "auroc": None, "support": 0}
    assert scores["per_class"]["c"] == absent
    assert scores["macro_auroc"] is not None


def test_auroc_is_unknown_where_all_images_are_of_one_class() -> None:
    scores = full_scores(logits_for([0, 1]), np.array([0, 0]), CLASSES)
    assert scores["macro_auroc"] is None
    assert scores["macro_f1"] == pytest.approx(2 / 3)


def test_an_empty_set_has_no_figures_and_no_errors() -> None:
    empty = np.empty((0, 3), dtype=np.float16), np.empty(0, dtype=np.int64)
    assert quick_scores(*empty) == {"macro_f1": None, "accuracy": None, "loss": None}
    scores = full_scores(*empty, CLASSES)
    assert scores["images"] == 0
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores


def test_quick_and_full_figures_agree() -> None:
    random = np.random.default_rng(0)
    logits, labels = random.normal(size=(50, 3)).astype(np.float16), random.integers(0, 3, 50)
    full = full_scores(logits, labels, CLASSES)
    assert quick_scores(logits, labels) == {name: full[name] for name in ("macro_f1", "accuracy", "loss")}
