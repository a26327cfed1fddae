"""Mixes: size, strata, nesting, controls and held-out parts."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from fer.data.dataset import Split
from fer.data.mix import Mix, build_mix, choose_real
from fer.data.proportions import label_sequence
from fer.errors import RequestError

CLASSES = ("happy", "rare", "sad")
COUNTS = (300, 20, 680)
SIZE = sum(COUNTS)


def numbered(labels: NDArray[np.int64], first: int) -> Split:
    """Images that tell who they are: the first two pixels hold a number."""
    images = np.zeros((len(labels), 48, 48), dtype=np.uint8)
    numbers = first + np.arange(len(labels))
    images[:, 0, 0], images[:, 0, 1] = numbers // 256, numbers % 256
    return Split(images, labels)


def numbers(images: NDArray[np.uint8]) -> set[int]:
    return {int(image[0, 0]) * 256 + int(image[0, 1]) for image in images}


REAL = numbered(np.random.default_rng(0).permutation(np.repeat([0, 1, 2], COUNTS)), first=0)
BLOCK = numbered(label_sequence(COUNTS, 0, SIZE), first=10_000)
SECOND = numbered(label_sequence(COUNTS, SIZE, SIZE), first=20_000)


def mix(ratio: float, seed: int = 0) -> Mix:
    return build_mix(REAL, CLASSES, ratio=ratio, seed=seed, synthetic=[BLOCK] if ratio < 1 else [])


def control(ratio: float, seed: int = 0) -> Mix:
    return build_mix(REAL, CLASSES, ratio=ratio, seed=seed)


@pytest.mark.parametrize("ratio", [0.0, 0.013, 0.1, 0.5, 0.999, 1.0])
def test_a_mix_has_size_n_the_real_class_counts_and_the_share_of_real_images_asked_for(ratio: float) -> None:
    made = mix(ratio)
    assert tuple(np.bincount(made.labels, minlength=3)) == COUNTS
    assert made.real.sum() == round(ratio * SIZE)
    assert len(made.images) == made.epoch_size == SIZE
    assert len(numbers(made.images)) == SIZE


@pytest.mark.parametrize("ratio", [0.05, 0.1, 0.5])
def test_the_real_part_is_stratified(ratio: float) -> None:
    labels = mix(ratio).labels[mix(ratio).real]
    assert np.abs(np.bincount(labels, minlength=3) - ratio * np.array(COUNTS)).max() < 1


def test_a_smaller_ratios_real_images_are_among_a_larger_ones() -> None:
    chosen = [set(choose_real(REAL.labels, 3, ratio, seed=5)) for ratio in np.linspace(0, 1, 41)]
    for smaller, larger in pairwise(chosen):
        assert smaller < larger


def test_a_control_holds_exactly_the_real_images_of_its_mix_split_alike() -> None:
    for ratio in (0.1, 0.3, 0.5):
        with_synthetic, alone = mix(ratio), control(ratio)
        assert alone.real.all()
        assert len(alone.images) == round(ratio * SIZE)
        assert alone.epoch_size == SIZE
        for held_out in (True, False):
            of_mix = with_synthetic.images[with_synthetic.real & (with_synthetic.held_out == held_out)]
            assert numbers(of_mix) == numbers(alone.images[alone.held_out == held_out])


def test_the_seed_chooses_the_real_images_and_repeats() -> None:
    assert np.array_equal(mix(0.5, seed=1).images, mix(0.5, seed=1).images)
    assert numbers(mix(0.5, seed=1).images) != numbers(mix(0.5, seed=2).images)


def test_about_a_tenth_of_each_class_and_origin_is_held_out_and_never_trained_on() -> None:
    made = mix(0.5)
    for label in (0, 2):
        for real in (True, False):
            group = made.held_out[(made.labels == label) & (made.real == real)]
            assert abs(group.mean() - 0.1) < 0.01
    assert numbers(made.trained.images).isdisjoint(numbers(made.validation.images))
    assert len(made.trained.labels) + len(made.validation.labels) == SIZE


def test_a_held_out_image_that_is_also_trained_on_does_not_validate() -> None:
    twins = Split(np.repeat(REAL.images[:100], 2, axis=0), np.zeros(200, dtype=np.int64))
    made = build_mix(twins, ["twins"], ratio=1.0, seed=0)
    assert made.held_out.sum() == 20
    assert len(made.validation.labels) < 20
    assert numbers(made.validation.images).isdisjoint(numbers(made.trained.images))


def test_two_volumes_hold_twice_n_synthetic_images_and_still_show_n_an_epoch() -> None:
    twice = build_mix(REAL, CLASSES, ratio=0.0, seed=0, synthetic=[BLOCK, SECOND])
    assert not twice.real.any()
    assert len(numbers(twice.images)) == 2 * SIZE
    assert twice.epoch_size == SIZE


def test_uniform_samples_keep_n_and_bring_equal_numbers_of_each_class() -> None:
    uniform = numbered(label_sequence((1, 1, 1), 0, SIZE), first=10_000)
    made = build_mix(REAL, CLASSES, ratio=0.4, seed=0, synthetic=[uniform], uniform=True)
    assert len(made.images) == SIZE
    assert list(np.bincount(made.labels[~made.real])) == [200, 200, 200]


def test_two_volumes_of_uniform_samples_are_used_whole_where_n_does_not_divide_by_the_classes() -> None:
    blocks = [numbered(label_sequence((1, 1, 1), first, SIZE), first=10_000 + first) for first in (0, SIZE)]
    assert SIZE % 3 == 1  # so that the blocks begin with different labels
    made = build_mix(REAL, CLASSES, ratio=0.0, seed=0, synthetic=blocks, uniform=True)
    assert len(numbers(made.images)) == 2 * SIZE
    assert list(np.bincount(made.labels)) == [667, 667, 666]


def test_too_few_samples_of_a_class_are_an_error_that_says_how_many_are_missing() -> None:
    few = Split(BLOCK.images[BLOCK.labels != 1], BLOCK.labels[BLOCK.labels != 1])
    with pytest.raises(RequestError, match="ratio 0 needs 20 samples of class rare in volume 1, but there are 0; add"):
        build_mix(REAL, CLASSES, ratio=0.0, seed=0, synthetic=[few])
