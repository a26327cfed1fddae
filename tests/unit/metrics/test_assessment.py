"""The cheap figures of an assessment, on samples whose faults are known."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer.data.dataset import Dataset, Split, make_dataset
from fer.errors import RequestError
from fer.metrics.assessment import assess as assess_evidence
from fer.metrics.assessment import compare, save_assessment
from fer.metrics.comparison import Comparison
from fer.metrics.pixels import pixel_statistics
from tests.unit.metrics.evidence import evidence_of

CLASSES = ("left", "middle", "right")


def noise(counts: tuple[int, ...], seed: int) -> Split:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    images = np.random.default_rng(seed).integers(1, 255, (len(labels), 48, 48)).astype(np.uint8)
    return Split(images, labels)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """60 training images in the proportions 3:2:1; validation and test with two leaks and one repeated image."""
    train, validation, test = noise((30, 20, 10), 1), noise((6, 5, 4), 2), noise((6, 5, 4), 3)
    test.images[:2] = train.images[:2]
    test.images[3] = validation.images[3]
    return make_dataset(CLASSES, {"train": train, "validation": validation, "test": test}, where="fixture")


def assess(dataset: Dataset, samples: Split, *, uniform: bool = False) -> dict[str, Any]:
    return assess_evidence(evidence_of(dataset, samples, uniform=uniform))


def test_counts_stand_beside_what_was_asked_in_the_real_proportions(dataset: Dataset) -> None:
    counts = assess(dataset, noise((20, 20, 20), 4))["counts"]
    assert counts["asked"] == {"left": 30, "middle": 20, "right": 10}
    assert counts["made"] == {"left": 20, "middle": 20, "right": 20}


def test_uniform_samples_were_asked_for_in_equal_numbers(dataset: Dataset) -> None:
    assert assess(dataset, noise((20, 20, 20), 4), uniform=True)["counts"]["asked"] == dict.fromkeys(CLASSES, 20)


def test_fewer_samples_than_n_stand_beside_the_n_that_were_asked_for(dataset: Dataset) -> None:
    counts = assess(dataset, noise((10, 20, 0), 4))["counts"]
    assert counts["asked"] == {"left": 30, "middle": 20, "right": 10}
    assert counts["made"] == {"left": 10, "middle": 20, "right": 0}


def test_pixel_statistics_are_those_of_images_made_by_hand() -> None:
    images = np.zeros((2, 48, 48), np.uint8)
    images[:, :24] = 200
    images[1, 24:] = 100
    found = pixel_statistics(images, np.full((48, 48), 125.0))
    # Image 0: half 200, half 0 (std 100); image 1: half 200, half 100 (std 50). Mean image: half 200, half 50.
    assert found == pytest.approx({"mean": 125.0, "contrast": 75.0, "saturated": 0.25, "mean_image_distance": 75.0})


def test_both_sides_of_the_pixel_statistics_hold_equally_many_images_of_each_class(dataset: Dataset) -> None:
    pixels = assess(dataset, noise((30, 20, 2), 5))["pixels"]
    assert [pixels["per_class"][name]["images"] for name in CLASSES] == [
        9,
        10,
        2,
    ]  # 12 - 2 leaks - 1 repeat; 5 + 5; made
    assert pixels["overall"]["images"] == 21


def test_dark_samples_differ_from_real_ones_of_the_same_number(dataset: Dataset) -> None:
    samples = noise((30, 20, 10), 6)
    overall = assess(dataset, Split(samples.images // 4, samples.labels))["pixels"]["overall"]
    assert overall["synthetic"]["mean"] == pytest.approx(overall["real"]["mean"] / 4, rel=0.03)
    assert overall["synthetic"]["mean_image_distance"] > 3 * overall["real"]["mean_image_distance"]


def test_a_class_without_samples_has_no_pixel_statistics(dataset: Dataset) -> None:
    assert assess(dataset, noise((30, 20, 0), 7))["pixels"]["per_class"]["right"] is None


def test_held_out_images_are_distinct_and_not_in_training(dataset: Dataset) -> None:
    held_out = Comparison(dataset, noise((1, 1, 1), 8)).held_out
    assert len(held_out) == 30 - 2 - 1
    assert len(np.unique(held_out.images.reshape(27, -1), axis=0)) == 27
    assert not (held_out.images[:, None] == dataset.train.images[None]).all(axis=(2, 3)).any()


def test_copies_and_duplicates_are_counted(dataset: Dataset) -> None:
    samples = noise((30, 20, 10), 9)
    samples.images[0] = dataset.train.images[40]  # under another label: still a copy
    samples.images[1] = dataset.validation.images[0]
    samples.images[10:13] = samples.images[13]
    copies = assess(dataset, samples)["copies"]
    assert (copies["images"], copies["of_training"], copies["of_real"], copies["duplicates"]) == (60, 1, 2, 3)


def test_copies_stand_beside_as_many_real_images_freed_of_the_data_sets_own_leaks_and_repeats(dataset: Dataset) -> None:
    samples = noise((30, 20, 10), 9)
    samples.images[:2] = dataset.train.images[0]
    equal = assess(dataset, samples)["copies"]["equal_number"]
    assert equal["images"] == 30 - 2 - 1
    assert equal["synthetic"] == {"of_training": 2, "duplicates": 1}
    assert equal["real"] == {"of_training": 0, "duplicates": 0}


def test_the_artifact_holds_the_figures_and_both_sheets(dataset: Dataset, tmp_path: Path) -> None:
    evidence = evidence_of(dataset, noise((30, 20, 2), 10))
    assessment = assess_evidence(evidence)
    save_assessment(assessment, evidence, tmp_path)
    assert json.loads((tmp_path / "assessment.json").read_text()) == assessment
    for name in ("sheet.png", "real.png", "pairs.png"):
        with Image.open(tmp_path / name) as sheet:
            assert sheet.height > len(CLASSES) * 48
    with np.load(tmp_path / "plane.npz", allow_pickle=False) as plane:
        assert {name: (array.dtype.name, array.shape) for name, array in plane.items()} == {
            "tsne": ("float32", (63, 2)),
            "pca": ("float32", (63, 2)),
            "origin": ("uint8", (63,)),
            "labels": ("uint8", (63,)),
        }
        assert np.bincount(plane["origin"]).tolist() == [21, 21, 21]


def test_a_synthetic_set_that_does_not_fit_is_refused(dataset: Dataset) -> None:
    with pytest.raises(RequestError, match="is empty"):
        compare(dataset, noise((0, 0, 0), 0))
    with pytest.raises(RequestError, match="label 3, but the data set has 3 classes"):
        compare(dataset, noise((1, 1, 1, 1), 0))


def test_too_few_samples_to_compare_are_refused(dataset: Dataset) -> None:
    with pytest.raises(RequestError, match="only 9 samples have a held-out real image of their class beside them"):
        evidence_of(dataset, noise((3, 3, 3), 0))


def test_samples_held_out_and_training_images_are_equally_many_of_each_class(dataset: Dataset) -> None:
    comparison = compare(dataset, noise((30, 20, 2), 10))
    matched = comparison.matched
    assert np.bincount(matched.labels).tolist() == [9, 10, 2]
    for split, places in (
        (comparison.synthetic, matched.synthetic),
        (comparison.held_out, matched.real),
        (comparison.training, matched.reference),
    ):
        assert split.labels[places].tolist() == matched.labels.tolist()
        assert len(set(places.tolist())) == len(matched)


def test_members_are_what_the_generator_saw_and_others_held_out_images_of_the_same_classes(dataset: Dataset) -> None:
    seen = np.array([0, 1, 2, 30, 31, 50])  # 3 of the first class, 2 of the second, 1 of the third
    comparison = compare(dataset, noise((30, 20, 10), 10), seen=seen)
    tested = comparison.tested
    members = comparison.training.images[tested.members]
    assert {image.tobytes() for image in members} == {image.tobytes() for image in dataset.train.images[seen]}
    assert comparison.training.labels[tested.members].tolist() == [0, 0, 0, 1, 1, 2]
    assert comparison.matched.labels[tested.others].tolist() == [0, 0, 0, 1, 1, 2]


def test_a_generator_that_saw_every_training_image_has_as_many_members_as_are_matched(dataset: Dataset) -> None:
    comparison = compare(dataset, noise((30, 20, 10), 10))
    assert comparison.tested.members.tolist() == comparison.matched.reference.tolist()
    assert comparison.tested.others.tolist() == list(range(len(comparison.matched)))


def test_of_the_matched_images_some_are_taken_in_the_same_proportions(dataset: Dataset) -> None:
    matched = compare(dataset, noise((30, 20, 10), 10)).matched
    counts = np.bincount(matched.labels[matched.first(13)])
    assert counts.sum() == 13
    assert counts == pytest.approx(np.bincount(matched.labels) * 13 / len(matched), abs=1)


def test_training_images_that_occur_twice_count_once(dataset: Dataset) -> None:
    train = Split(np.concatenate([dataset.train.images, dataset.train.images[:7]]), np.arange(67, dtype=np.int64) % 3)
    assert len(Comparison(dataclasses.replace(dataset, train=train), noise((1, 1, 1), 8)).training) == 60
