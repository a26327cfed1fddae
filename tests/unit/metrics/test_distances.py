"""Distances stand beside those of as many held-out images to the same training images, in every network's features."""

from typing import Any

import pytest

from fer.data.dataset import Dataset, Split, make_dataset
from fer.metrics.distances import measure_distances
from fer.metrics.evidence import FEATURES, HELD_OUT, INCEPTION, JUDGE, REFERENCE, SAMPLES
from fer.metrics.frechet import FrechetReference
from fer.metrics.kid import KernelReference
from fer.metrics.manifold import Manifold
from fer.metrics.registry import describe_networks
from tests.unit.evaluators.readers import CLASSES, BrightnessReader, faces, some_labels
from tests.unit.metrics.evidence import evidence_of

SIDES = {"synthetic": SAMPLES, "real": HELD_OUT}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    counts = {"train": (90, 70, 20), "validation": (40, 40, 4), "test": (9, 9, 4)}
    splits = {
        name: faces(some_labels(*each, seed=len(name)), seed=len(name), noise=20) for name, each in counts.items()
    }
    return make_dataset(CLASSES, splits, where="grey levels")


def samples(noise: float = 20) -> Split:
    return faces(some_labels(60, 30, 20), seed=9, noise=noise)


def test_each_figure_is_that_of_its_features(dataset: Dataset) -> None:
    evidence = evidence_of(dataset, samples())
    found = measure_distances(evidence)
    assert set(found) == {FEATURES, JUDGE}
    assert found[JUDGE]["images"] == 49 + 30 + 8
    reference = evidence.features(JUDGE, REFERENCE)
    for side, of in SIDES.items():
        own, kernel = evidence.features(JUDGE, of), KernelReference(reference).distance(evidence.features(JUDGE, of))
        assert found[JUDGE][side] == {
            "fid": FrechetReference(reference).distance(own),
            "kid": kernel.value,
            "kid_error": kernel.error,
            **Manifold(reference).measure(own),
        }


def test_samples_like_real_images_are_near_the_floor_and_flat_ones_are_not(dataset: Dataset) -> None:
    like, flat = (measure_distances(evidence_of(dataset, samples(noise)))[FEATURES] for noise in (20, 0))
    assert like["real"] == flat["real"]
    assert like["synthetic"]["kid"] == pytest.approx(like["real"]["kid"], abs=5 * like["synthetic"]["kid_error"])
    assert flat["synthetic"]["recall"] < like["synthetic"]["recall"] - 0.2
    assert flat["synthetic"]["coverage"] < like["synthetic"]["coverage"] - 0.2


def test_each_class_is_compared_with_as_many_training_images_of_it_and_a_small_one_not_at_all(dataset: Dataset) -> None:
    evidence = evidence_of(dataset, samples())
    classes: dict[str, Any] = measure_distances(evidence)[FEATURES]["per_class"]
    assert classes["joy"] is None
    assert [classes[name]["images"] for name in ("anger", "fear")] == [49, 30]
    own = evidence.comparison.matched.labels == 1
    reference = KernelReference(evidence.features(FEATURES, REFERENCE)[own])
    for side, of in SIDES.items():
        kernel = reference.distance(evidence.features(FEATURES, of)[own])
        assert (classes["fear"][side]["kid"], classes["fear"][side]["kid_error"]) == (kernel.value, kernel.error)
        assert 0 <= classes["fear"][side]["coverage"] <= 1


def test_inception_is_there_where_its_weights_are_given(dataset: Dataset) -> None:
    without, with_it = (
        evidence_of(dataset, samples(), readers=readers) for readers in ({}, {INCEPTION: BrightnessReader()})
    )
    assert describe_networks(without)[INCEPTION] is None
    assert describe_networks(with_it)[INCEPTION] is not None
    assert measure_distances(with_it)[INCEPTION] == measure_distances(with_it)[FEATURES]
