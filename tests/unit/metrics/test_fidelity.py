"""What the reader and the judge read, and how alike the images of a class are."""

import numpy as np
import pytest

from fer.data.dataset import Dataset, Split, make_dataset
from fer.metrics.diversity import mean_distance, measure_diversity
from fer.metrics.fidelity import measure_fidelity
from tests.unit.evaluators.readers import CLASSES, BrightnessReader, faces, some_labels
from tests.unit.metrics.cases import features
from tests.unit.metrics.evidence import evidence_of


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    splits = {
        name: faces(some_labels(*counts, seed=place), seed=place, noise=30)
        for place, (name, counts) in enumerate(
            {"train": (90, 90, 20), "validation": (40, 40, 4), "test": (9, 9, 4)}.items()
        )
    }
    return make_dataset(CLASSES, splits, where="grey levels")


def samples(seed: int = 9) -> Split:
    return faces(some_labels(60, 60, 20), seed=seed, noise=30)


def test_samples_with_right_labels_are_read_as_held_out_images_are(dataset: Dataset) -> None:
    found = measure_fidelity(evidence_of(dataset, samples()))
    for read in found.values():
        assert read["images"] == read["real"]["images"] == np.sum(read["confusion"]) == 49 + 49 + 8
        assert read["agreement"] == pytest.approx(read["real"]["agreement"], abs=0.12)
        assert read["chance"] < read["agreement"] - 0.3
        assert read["label_fault"] is None
        assert np.trace(read["real"]["confusion"]) / np.sum(read["real"]["confusion"]) == read["real"]["agreement"]


def test_labels_that_moved_on_by_one_are_read_as_others(dataset: Dataset) -> None:
    moved = samples()
    found = measure_fidelity(evidence_of(dataset, Split(moved.images, (moved.labels + 1) % 3)))["reader"]
    assert found["agreement"] < 0.3
    assert np.argmax(found["confusion"], axis=1).tolist() == [2, 0, 1]  # asked for 1, read as 0
    assert found["label_fault"].startswith("labels are mixed up: asked for anger, read as joy (")


def test_samples_that_show_nothing_of_their_labels_are_told_by_reader_and_judge(dataset: Dataset) -> None:
    shuffled = Split(samples().images, np.random.default_rng(0).permutation(samples().labels))
    for read in measure_fidelity(evidence_of(dataset, shuffled)).values():
        assert read["label_fault"].startswith("labels say nothing about the samples (agreement 0.")


def test_reader_and_judge_are_asked_apart(dataset: Dataset) -> None:
    blind = BrightnessReader(says={0: 1, 2: 1})
    found = measure_fidelity(evidence_of(dataset, samples(), readers={"judge": blind}))
    assert found["judge"]["agreement"] == pytest.approx(found["judge"]["chance"]) == pytest.approx(49 / 106)
    assert found["judge"]["label_fault"].startswith(
        "labels cannot be checked: the judge does not tell real images apart (agreement 0.462, by chance 0.462)"
    )
    assert found["reader"]["label_fault"] is None
    assert found["reader"]["agreement"] > 0.6
    assert found["reader"]["classifier"] == "brightness for reader"


def test_the_mean_distance_is_that_of_all_pairs() -> None:
    ours = features(700, 5, seed=1).astype(np.float64)
    pairs = np.sqrt(((ours[:, None] - ours[None]) ** 2).sum(axis=2))
    assert mean_distance(ours).value == pytest.approx(pairs[np.triu_indices(700, 1)].mean(), rel=1e-9)


@pytest.mark.parametrize("count", [12, 60])
def test_the_error_of_the_mean_distance_is_its_deviation_over_other_images(count: int) -> None:
    found = [mean_distance(features(count, 5, seed)) for seed in range(400)]
    errors = [one.error for one in found if one.error is not None]
    assert len(errors) == 400
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std([one.value for one in found]), rel=0.15)


def test_the_error_is_the_jackknifes_beyond_a_block_too() -> None:
    ours = features(600, 4, seed=1)
    left = [mean_distance(np.delete(ours, place, axis=0)).value for place in range(0, 600, 75)]
    sums = np.sqrt(((ours.astype(np.float64)[:, None] - ours[None]) ** 2).sum(axis=2)).sum(axis=1)
    every = (sums.sum() - 2 * sums) / (599 * 598)
    assert left == pytest.approx(every[::75].tolist())
    assert mean_distance(ours).error == pytest.approx(np.sqrt(599 / 600 * ((every - every.mean()) ** 2).sum()))


def test_of_two_images_there_is_a_distance_and_no_error(dataset: Dataset) -> None:
    assert mean_distance(features(2, 4, seed=1)).error is None
    found = measure_diversity(evidence_of(dataset, faces(some_labels(60, 60, 2), seed=9, noise=30)))
    assert (found["images"], found["synthetic_error"], found["real_error"]) == (100, None, None)
    assert found["per_class"]["anger"]["synthetic_error"] > 0


def test_errors_of_classes_add_as_squares(dataset: Dataset) -> None:
    found = measure_diversity(evidence_of(dataset, faces(some_labels(60, 20, 0), seed=9, noise=30)))
    anger, fear = (found["per_class"][name]["synthetic_error"] for name in ("anger", "fear"))
    assert found["synthetic_error"] == pytest.approx(np.hypot(49 * anger, 20 * fear) / 69)


def test_images_that_hardly_differ_are_less_diverse_than_real_ones_of_their_class(dataset: Dataset) -> None:
    alike = faces(some_labels(60, 60, 20), seed=9, noise=3)
    found = measure_diversity(evidence_of(dataset, alike))
    assert found["synthetic"] < found["real"] / 3
    assert found["images"] == 106
    assert found["per_class"]["anger"]["images"] == 49
    assert found["per_class"]["joy"] is None


def test_each_class_weighs_as_many_as_it_has_images(dataset: Dataset) -> None:
    few = faces(some_labels(60, 20, 0), seed=9, noise=30)
    found = measure_diversity(evidence_of(dataset, few))
    anger, fear = (found["per_class"][name] for name in ("anger", "fear"))
    assert found["synthetic"] == pytest.approx((49 * anger["synthetic"] + 20 * fear["synthetic"]) / 69)
