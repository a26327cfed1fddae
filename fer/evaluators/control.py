"""The control of an evaluator: it scores what it must on images whose labels are true, and on shuffled ones."""

import logging
from math import sqrt
from typing import Any

import numpy as np

from fer.data.dataset import Dataset
from fer.evaluators.agreement import STANDARD_ERRORS, agreement, chance, confusion_of, is_above_chance
from fer.evaluators.judge import Judge, Reader
from fer.evaluators.roles import SEED

logger = logging.getLogger(__name__)

SHUFFLES = 20
_ROUNDING = 1e-9


class ControlFailed(Exception):  # noqa: N818 - reads better
    """An evaluator scores something else than it must: a fault of this program, not of the request."""


def check(reader: Reader, dataset: Dataset, accuracy: float) -> dict[str, Any]:
    """Show a judge the real validation images in place of samples, and return its figures as JSON values.

    ``accuracy``: what the evaluator's training measured on them. With true labels the agreement must be that; with
    shuffled labels, on average over SHUFFLES shuffles, the sum over classes of true share times predicted share: both
    within STANDARD_ERRORS, for the average those of a single shuffle, so that no bad luck fails it. Raises
    ControlFailed.
    """
    images, labels, count = dataset.validation.images, dataset.validation.labels, len(dataset.validation)
    judge = Judge(reader, dataset.validation, dataset.classes)
    verdict = judge.verdict(images)
    share = (accuracy * count + 1) / (count + 2)  # Laplace's, so that an accuracy of 1 has an error as well
    true_error = sqrt(share * (1 - share) / count)
    read = reader.read(images).labels
    random = np.random.default_rng(SEED)
    shuffled = [
        agreement(confusion_of(random.permutation(labels), read, len(dataset.classes))) for _ in range(SHUFFLES)
    ]
    expected, error = chance(verdict.confusion)
    _require("true", verdict.agreement, accuracy, true_error)
    _require("shuffled", float(np.mean(shuffled)), expected, error)
    if not is_above_chance(verdict.confusion):
        logger.warning("this evaluator tells real images apart no better than chance: train it for longer")
    return {
        "images": count,
        "true_labels": {"agreement": verdict.agreement, "expected": accuracy, "standard_error": true_error},
        "shuffled_labels": {
            "agreement": float(np.mean(shuffled)),
            "expected": expected,
            "standard_error": error,
            "shuffles": SHUFFLES,
        },
    }


def _require(which: str, found: float, expected: float, error: float) -> None:
    if abs(found - expected) > STANDARD_ERRORS * error + _ROUNDING:
        raise ControlFailed(
            f"the control of the evaluator failed: on {which} labels it agrees in {found:.4f} of the real validation "
            f"images, where {expected:.4f} is expected within {STANDARD_ERRORS * error:.4f}"
        )
