"""Scores of resampled images equal those of scikit-learn on these images, and spread as scipy's bootstrap has it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import accuracy_score, f1_score

from fer.statistics.resampling import image_weights, resampled_scores
from tests.unit.statistics.simulated import CLASSES, LABELS, Procedure, predictions

Labels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def predicted() -> Labels:
    return predictions(np.random.default_rng(1), [Procedure(), Procedure(skill=0.2)], seeds=2).reshape(4, -1)


def test_a_resample_has_the_scores_of_its_images(predicted: Labels) -> None:
    weights = image_weights(len(LABELS), resamples=3)
    found = resampled_scores(predicted, LABELS, CLASSES, weights)
    for resample, row in enumerate(weights.astype(int)):
        drawn = np.repeat(np.arange(len(LABELS)), row)
        for network, labels in enumerate(predicted):
            expected = f1_score(LABELS[drawn], labels[drawn], average="macro")
            assert found.macro_f1[network, resample] == pytest.approx(expected, abs=1e-6)
            expected = accuracy_score(LABELS[drawn], labels[drawn])
            assert found.accuracy[network, resample] == pytest.approx(expected, abs=1e-6)


def test_each_resample_draws_as_many_images_as_there_are_and_all_equally_often() -> None:
    weights = image_weights(500, resamples=2000)
    assert set(weights.sum(axis=1)) == {500}
    assert np.abs(weights.mean(axis=0) - 1).max() < 5 / 2000**0.5
    assert weights.var() == pytest.approx(1, abs=0.02)


def test_a_class_that_a_resample_lacks_does_not_count() -> None:
    labels, predicted = np.array([0, 0, 1, 2]), np.array([[0, 2, 1, 2]], np.uint8)
    without_the_last = np.array([[1, 1, 1, 0]], np.float32)
    found = resampled_scores(predicted, labels, 3, without_the_last)
    assert found.macro_f1[0, 0] == pytest.approx((2 / 3 + 1) / 2)


def test_networks_beyond_those_counted_at_once_get_their_own_scores() -> None:
    labels = np.array([0, 1, 2, 0, 1, 2])
    predicted = np.tile((labels + 1) % 3, (300, 1)).astype(np.uint8)
    predicted[257] = labels
    found = resampled_scores(predicted, labels, 3, np.ones((1, 6), np.float32))
    assert np.flatnonzero(found.macro_f1[:, 0] == 1).tolist() == [257]


def test_the_paired_error_of_a_difference_is_that_of_scipy(predicted: Labels) -> None:
    first, second = predicted[0], predicted[1]
    found = resampled_scores(predicted[:2], LABELS, CLASSES).macro_f1

    def difference(labels: Labels, one: Labels, other: Labels) -> float:
        return float(f1_score(labels, one, average="macro") - f1_score(labels, other, average="macro"))

    data, settings = (LABELS, first, second), {"paired": True, "vectorized": False, "method": "percentile"}
    theirs = bootstrap(data, difference, n_resamples=300, rng=3, **settings)
    assert (found[0] - found[1]).std() == pytest.approx(theirs.standard_error, rel=0.2)
