"""Labels that mean something else than they say are told, and sound ones pass."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fer.evaluators.agreement import Confusion, confusion_of
from fer.evaluators.labels import fault_in_short, label_fault

CLASSES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
COUNTS = (467, 56, 496, 895, 653, 415, 607)
"""FER2013's validation images."""
# About what a small network reads in them: weak on disgust, fear and sadness.
RECALL = (0.50, 0.30, 0.35, 0.82, 0.45, 0.75, 0.60)


def asked_labels(scale: float = 1.0) -> NDArray[np.int64]:
    return np.repeat(np.arange(7), [max(2, round(count * scale)) for count in COUNTS]).astype(np.int64)


def read(labels: NDArray[np.int64], seed: int, skill: float = 1.0) -> NDArray[np.int64]:
    """What the judge reads in images of these labels; a wrong reading is any class, by its frequency."""
    random = np.random.default_rng(seed)
    right = random.random(len(labels)) < skill * np.array(RECALL)[labels]
    wrong = random.choice(7, len(labels), p=np.array(COUNTS) / sum(COUNTS))
    return np.where(right, labels, wrong).astype(np.int64)


def confusion(asked: NDArray[np.int64], shown: NDArray[np.int64], seed: int, skill: float = 1.0) -> Confusion:
    """Asked for ``asked``, while the images show ``shown``."""
    return confusion_of(asked, read(shown, seed, skill), 7)


OWN = confusion(asked_labels(), asked_labels(), seed=0)


@pytest.mark.parametrize("skill", [1.0, 0.6, 0.3])
def test_sound_labels_pass_even_where_the_samples_are_poor(skill: float) -> None:
    for seed in range(1, 30):
        assert label_fault(confusion(asked_labels(), asked_labels(), seed, skill), OWN, CLASSES) is None


def test_sound_labels_of_a_small_set_pass() -> None:
    asked = asked_labels(0.05)
    own = confusion(asked, asked, seed=0)
    faults = [label_fault(confusion(asked, asked, seed), own, CLASSES) for seed in range(1, 200)]
    assert sum(fault is not None for fault in faults) <= 2


def test_permuted_labels_are_told_with_the_pairs() -> None:
    turned = (asked_labels() + 1) % 7
    fault = label_fault(confusion(asked_labels(), turned, seed=1), OWN, CLASSES)
    assert fault is not None
    assert fault.startswith("labels are mixed up: asked for anger, read as disgust (")
    assert "asked for happiness, read as sadness (" in fault
    assert ") rather than happiness (" in fault
    assert "of real images 0.6" in fault
    assert "\n" not in fault


def test_two_classes_that_changed_places_are_told_and_no_others() -> None:
    swapped = asked_labels()
    swapped[asked_labels() == 3], swapped[asked_labels() == 4] = 4, 3
    fault = label_fault(confusion(asked_labels(), swapped, seed=1, skill=0.8), OWN, CLASSES)
    assert fault is not None
    assert "asked for happiness, read as sadness" in fault
    assert "asked for sadness, read as happiness" in fault
    assert fault.count("asked for") == 2


def test_shuffled_labels_say_nothing() -> None:
    shuffled = np.random.default_rng(0).permutation(asked_labels())
    fault = label_fault(confusion(asked_labels(), shuffled, seed=1), OWN, CLASSES)
    assert fault is not None
    assert fault.startswith("labels say nothing about the samples (agreement 0.1")


def test_samples_that_all_look_the_same_say_nothing() -> None:
    fault = label_fault(confusion(asked_labels(), np.full_like(asked_labels(), 3), seed=1), OWN, CLASSES)
    assert fault is not None
    assert fault.startswith("labels say nothing about the samples")


def test_confusions_that_real_images_show_too_are_the_judges_own() -> None:
    """A judge that takes all fear for sadness and half of sadness for fear must not blame a generator for it."""
    own = np.array([[90, 5, 5], [5, 0, 95], [5, 50, 45]])
    assert label_fault(own * 3, own, ("joy", "fear", "sadness")) is None


def test_a_judge_that_cannot_read_real_images_says_so() -> None:
    blind = np.array([[30, 0], [30, 0]])
    fault = label_fault(np.array([[0, 30], [30, 0]]), blind, ("joy", "fear"))
    assert fault is not None
    assert fault.startswith("labels cannot be checked: the judge does not tell real images apart")
    fault = label_fault(np.array([[0, 30], [30, 0]]), blind, ("joy", "fear"), reader="reader")
    assert fault is not None
    assert fault.startswith("labels cannot be checked: the reader does not tell real images apart")
    assert fault_in_short(fault) == "labels cannot be checked"


def one_class(label: int, shown: int, seed: int) -> Confusion:
    asked = np.full(COUNTS[label], label)
    return confusion(asked, np.full(COUNTS[label], shown), seed)


@pytest.mark.parametrize("label", range(7))
def test_samples_of_one_class_pass_where_they_show_it(label: int) -> None:
    for seed in range(1, 20):
        assert label_fault(one_class(label, label, seed), OWN, CLASSES) is None


@pytest.mark.parametrize(("label", "shown"), [(3, 4), (6, 3), (1, 0), (0, 6)])
def test_samples_of_one_class_that_show_another_are_told(label: int, shown: int) -> None:
    fault = label_fault(one_class(label, shown, seed=1), OWN, CLASSES)
    assert fault is not None
    assert f"asked for {CLASSES[label]}, mostly read as {CLASSES[shown]}" in fault


@pytest.mark.parametrize("hits", [0, 1, 3])
def test_a_judge_that_hardly_ever_reads_a_class_cannot_check_its_samples(hits: int) -> None:
    own = OWN.copy()
    own[1, 0] += own[1, 1] - hits
    own[1, 1] = hits
    fault = label_fault(one_class(1, 1, seed=1), own, CLASSES)
    assert fault is not None
    assert fault.startswith("labels cannot be checked: the judge does not tell real images apart (disgust is read")
