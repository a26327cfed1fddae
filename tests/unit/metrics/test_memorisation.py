"""Who lies near whom, and what can be told from it."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fer.data.dataset import Dataset, Split, make_dataset
from fer.metrics.memorisation import closest_pairs, measure_memorisation, near_copies, separation
from fer.metrics.neighbours import Neighbours
from jobs.assess import what_it_saw
from tests.unit.evaluators.readers import CLASSES, faces, some_labels
from tests.unit.metrics.evidence import evidence_of


def test_the_area_is_that_of_the_roc_curve_and_equal_distances_count_half() -> None:
    random = np.random.default_rng(0)
    members, others = random.integers(0, 12, 80).astype(np.float64), random.integers(3, 15, 50).astype(np.float64)
    expected = roc_auc_score(np.repeat([1, 0], (80, 50)), -np.concatenate([members, others]))
    assert separation(members, others)[0] == pytest.approx(expected)


def test_its_error_is_the_deviation_over_repeated_samples() -> None:
    random = np.random.default_rng(0)
    found = [separation(random.normal(0, 1, 60), random.normal(0.7, 2, 90)) for _ in range(1500)]
    assert np.mean([error for _, error in found]) == pytest.approx(np.std([area for area, _ in found]), rel=0.05)


def test_what_nobody_can_tell_apart_is_at_one_half_and_what_everybody_can_at_one() -> None:
    same = np.arange(30.0)
    assert separation(same, same)[0] == pytest.approx(0.5)
    assert separation(same, same + 100) == (1, 0)


def test_the_threshold_of_near_copies_is_set_by_one_half_of_the_held_out_images_and_checked_on_the_other() -> None:
    setting, checking = np.arange(1000.0), np.arange(1000.0) / 4  # of these, four times as many lie as near
    held_out = np.stack([setting, checking], axis=1).ravel()
    found = near_copies(np.array([8.0, 9.0, 9.5, 900.0]), held_out)
    assert found == {"threshold": 9, "synthetic": 0.5, "real": 0.037}


def test_the_floor_of_near_copies_is_a_hundredth_give_or_take_where_both_halves_are_alike() -> None:
    random = np.random.default_rng(0)
    found = [near_copies(*random.normal(10, 1, (2, 2000)))["real"] for _ in range(100)]
    assert np.mean(found) == pytest.approx(0.01, abs=0.002)
    assert len(set(found)) > 5


def test_the_closest_pairs_come_in_order_and_show_a_training_image_once() -> None:
    distances = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    found = Neighbours(distances, np.array([0, 7, 8, 7, 9]), *(np.zeros(5) for _ in range(3)))
    assert closest_pairs(found, 3).tolist() == [1, 2, 4]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    splits = {
        name: faces(some_labels(*counts, seed=place), seed=place)
        for place, (name, counts) in enumerate(
            {"train": (90, 90, 90), "validation": (40, 40, 40), "test": (9, 9, 9)}.items()
        )
    }
    return make_dataset(CLASSES, splits, where="grey levels")


def test_new_images_are_no_nearer_than_held_out_ones(dataset: Dataset) -> None:
    found = measure_memorisation(evidence_of(dataset, faces(some_labels(60, 60, 60), seed=9)))["pixels"]
    assert (found["images"], found["training"]) == (147, 270)
    assert found["synthetic"]["median"] == pytest.approx(found["real"]["median"], rel=0.1)
    assert found["near_copies"]["real"] < 0.1
    assert found["near_copies"]["synthetic"] < 0.05
    assert found["membership"]["auc"] == pytest.approx(0.5, abs=4 * found["membership"]["auc_error"])
    assert (found["membership"]["members"], found["membership"]["others"]) == (147, 147)


def test_training_images_with_a_little_noise_are_near_copies_and_give_their_members_away(dataset: Dataset) -> None:
    noise = np.random.default_rng(0).integers(-1, 2, dataset.train.images.shape)
    copies = Split((dataset.train.images + noise).clip(0, 255).astype(np.uint8), dataset.train.labels)
    found = measure_memorisation(evidence_of(dataset, copies))["pixels"]
    assert found["near_copies"]["synthetic"] == 1
    assert found["synthetic"]["median"] == pytest.approx(np.sqrt(2 / 3), rel=0.05)  # that of the noise
    assert found["membership"]["auc"] > 0.99


def test_copies_of_all_training_images_give_every_member_away(dataset: Dataset) -> None:
    found = measure_memorisation(evidence_of(dataset, dataset.train))
    assert len(dataset.train) > found["pixels"]["images"]  # most copies stand beside no held-out image, and count
    assert found["pixels"]["membership"]["auc"] == 1
    assert found["features"]["membership"]["auc"] > 0.99


def test_copies_of_all_that_a_generator_saw_give_every_member_away_however_little_that_was(dataset: Dataset) -> None:
    seen = what_it_saw(dataset, {"generator": "honest", "seed": "3", "ratio": "0.25"})
    assert seen is not None
    copied = seen[np.arange(len(dataset.train)) % len(seen)]
    copies = Split(dataset.train.images[copied], dataset.train.labels[copied])
    found = measure_memorisation(evidence_of(dataset, copies, seen=seen))["pixels"]["membership"]
    assert (found["members"], found["others"], found["auc"]) == (68, 68, 1)
    unaware = measure_memorisation(evidence_of(dataset, copies))["pixels"]["membership"]
    assert unaware["auc"] < 0.8  # were images that it never saw members, they would hide the others


def test_too_few_members_to_tell_anything_have_no_area(dataset: Dataset) -> None:
    found = measure_memorisation(evidence_of(dataset, dataset.train, seen=np.arange(9)))["pixels"]["membership"]
    assert found == {"members": 9, "others": 9, "auc": None, "auc_error": None}


def test_pixels_are_told_in_grey_levels_and_features_as_they_are(dataset: Dataset) -> None:
    brighter = Split((dataset.train.images.astype(int) + 3).clip(0, 255).astype(np.uint8), dataset.train.labels)
    found = measure_memorisation(evidence_of(dataset, brighter))
    assert found["pixels"]["synthetic"]["median"] == pytest.approx(3, abs=0.1)
    assert set(found) == {"pixels", "features"}
