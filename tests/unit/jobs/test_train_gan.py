"""Which real images a generator may see."""

import numpy as np
import pytest

from fer.data.dataset import Dataset, Split
from fer.data.mix import build_mix
from jobs.train_gan import training_seed, what_it_may_see


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(2), (30, 10)).astype(np.int64)
    split = Split(random.integers(0, 256, (40, 48, 48), dtype=np.uint8), labels)
    return Dataset(("happy", "sad"), split, split, split, np.zeros(40, dtype=np.bool_))


def test_by_default_it_sees_every_training_image(dataset: Dataset) -> None:
    seen, classes = what_it_may_see(dataset, "all", None)
    assert classes == dataset.classes
    assert (seen.images == dataset.train.images).all()


def test_one_of_separate_networks_sees_its_class_alone(dataset: Dataset) -> None:
    seen, classes = what_it_may_see(dataset, "all", "sad")
    assert classes == ("sad",)
    assert (seen.images == dataset.train.images[30:]).all()
    assert (seen.labels == 0).all()


def test_with_real_match_it_sees_exactly_the_real_images_of_its_mix(dataset: Dataset) -> None:
    seen, _ = what_it_may_see(dataset, {"ratio": 0.25, "seed": 3}, None)
    mix = build_mix(dataset.train, dataset.classes, ratio=0.25, seed=3, synthetic=[dataset.train])
    assert {image.tobytes() for image in seen.images} == {image.tobytes() for image in mix.images[mix.real]}
    assert len(seen) == 10


def test_separate_and_match_go_together(dataset: Dataset) -> None:
    seen, classes = what_it_may_see(dataset, {"ratio": 0.25, "seed": 3}, "happy")
    both, _ = what_it_may_see(dataset, {"ratio": 0.25, "seed": 3}, None)
    assert classes == ("happy",)
    assert (seen.images == both.images[both.labels == 0]).all()


def test_a_joint_network_is_trained_with_the_generators_own_seed() -> None:
    assert training_seed(5, ("happy", "sad"), None) == 5


def test_separate_networks_are_trained_with_seeds_of_their_own() -> None:
    classes = ("happy", "sad", "angry")
    seeds = [training_seed(seed, classes, name) for seed in range(4) for name in classes]
    assert len(set(seeds)) == len(seeds)
    assert seeds[0] == training_seed(0, classes, "happy")
