import numpy as np
import pytest

from fer.evaluators.judge import Judge
from tests.unit.evaluators.readers import CLASSES, BrightnessReader, faces, some_labels


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(BrightnessReader(), faces(some_labels(60, 30, 40), noise=35), CLASSES)


def test_it_asks_for_the_labels_of_the_validation_images(judge: Judge) -> None:
    assert np.bincount(judge.asked).tolist() == [60, 30, 40]


def test_good_samples_agree_as_real_images_do(judge: Judge) -> None:
    verdict = judge.verdict(faces(judge.asked, seed=1, noise=35).images)
    real = judge.confusion.trace() / judge.confusion.sum()
    assert 0.6 < real < 0.95
    assert verdict.agreement == pytest.approx(real, abs=0.1)
    assert verdict.confusion.sum(axis=1).tolist() == [60, 30, 40]


def test_samples_without_regard_to_the_label_agree_by_chance(judge: Judge) -> None:
    labels = np.random.default_rng(3).permutation(judge.asked)
    verdict = judge.verdict(faces(labels, seed=1).images)
    assert verdict.chance == pytest.approx((60**2 + 30**2 + 40**2) / 130**2, abs=0.02)
    assert verdict.agreement == pytest.approx(verdict.chance, abs=0.15)


def test_the_distance_is_none_for_the_real_images_and_grows_with_the_fault(judge: Judge) -> None:
    real = faces(some_labels(60, 30, 40), noise=35)
    again, flat = (judge.verdict(faces(judge.asked, seed=1, noise=noise).images).frechet for noise in (35, 0))
    assert judge.verdict(real.images).frechet == pytest.approx(0, abs=1e-2)
    assert 0 < again < flat


def test_a_network_of_one_class_is_asked_for_nothing_else() -> None:
    validation = faces(some_labels(60, 30, 40), noise=35)
    judge = Judge(BrightnessReader(), validation, CLASSES, "fear")
    assert judge.asked.tolist() == [0] * 30
    verdict = judge.verdict(validation.images[validation.labels == 1])
    read = judge.confusion[:, 1]
    assert verdict.agreement == pytest.approx(read[1] / 30)
    assert verdict.chance == pytest.approx((read[0] + read[2]) / 100)
    assert verdict.frechet == pytest.approx(0, abs=1e-2)
    assert verdict.confusion[1].sum() == verdict.confusion.sum() == 30


def test_a_networks_own_class_is_the_yardstick_of_its_distance() -> None:
    validation = faces(some_labels(60, 30, 40))
    judge = Judge(BrightnessReader(), validation, CLASSES, "fear")
    own, others = (judge.verdict(faces(np.full(30, label), seed=5).images).frechet for label in (1, 2))
    assert own < others / 10
