"""Drawn faces are decided by seed, split, index and label, differ from each other, and show their expression."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from fer.data.dataset import EXPRESSIONS, Dataset
from fer.data.drawn import draw_dataset, draw_faces
from fer.errors import RequestError
from fer.study import DrawnSpec

SMALL = DrawnSpec(train=200, validation=40, test=60, seed=3)


@pytest.fixture(scope="module")
def small() -> Dataset:
    return draw_dataset(SMALL)


def test_the_same_request_draws_the_same_bits(small: Dataset) -> None:
    again = draw_dataset(SMALL)
    for one, other in zip(small.splits.values(), again.splits.values(), strict=True):
        assert np.array_equal(one.images, other.images)
        assert np.array_equal(one.labels, other.labels)


def test_another_seed_draws_other_faces(small: Dataset) -> None:
    other = draw_dataset(SMALL.model_copy(update={"seed": 4}))
    assert not (small.train.images == other.train.images).all(axis=(1, 2)).any()


def test_a_face_does_not_depend_on_what_is_drawn_beside_it() -> None:
    labels = np.arange(150) % 7
    together = draw_faces(labels, (9,))
    for count in (1, 5, 70):
        assert np.array_equal(draw_faces(labels[:count], (9,)), together[:count])


def test_splits_have_the_requested_sizes_and_every_face_is_new(small: Dataset) -> None:
    assert [len(split) for split in small.splits.values()] == [200, 40, 60]
    everything = np.concatenate([split.images for split in small.splits.values()])
    assert len(np.unique(everything.reshape(300, -1), axis=0)) == 300
    assert not small.test_leaked.any()


def test_classes_are_as_uneven_as_in_fer2013(small: Dataset) -> None:
    assert small.classes == EXPRESSIONS
    assert np.bincount(small.train.labels).tolist() == [28, 3, 28, 50, 34, 22, 35]


@pytest.mark.parametrize("count", [7, 8, 15, 33])
def test_even_the_smallest_split_holds_every_expression(count: int) -> None:
    dataset = draw_dataset(DrawnSpec(train=count, validation=7, test=count, seed=0))
    assert len(dataset.train) == count
    assert np.bincount(dataset.train.labels).min() >= 1


def test_a_split_too_small_for_every_expression_is_refused() -> None:
    with pytest.raises(RequestError, match="drawn: test is 6; at least 7"):
        draw_dataset(DrawnSpec(train=70, validation=7, test=6, seed=0))


def test_pictures_vary_in_light_and_use_the_range_of_greys(small: Dataset) -> None:
    means = small.train.images.mean(axis=(1, 2))
    assert 80 < means.mean() < 175
    assert means.std() > 15
    assert small.train.images.std(axis=(1, 2)).min() > 5


def test_even_a_linear_classifier_learns_something_but_far_from_everything() -> None:
    """Two easy expressions, averaged down to 12 x 12: well above chance, well below perfect."""
    labels = np.tile([EXPRESSIONS.index("happiness"), EXPRESSIONS.index("surprise")], 600)
    features = (
        draw_faces(labels, (11,)).reshape(-1, 24, 2, 24, 2).mean(axis=(2, 4)).reshape(len(labels), -1) / 255 - 0.5
    )
    model = RidgeClassifier(alpha=30.0).fit(features[:800], labels[:800])
    assert 0.58 < model.score(features[800:], labels[800:]) < 0.95
