"""Precision, recall, density and coverage where they are known."""

import numpy as np
import pytest

from fer.metrics.frechet import Features
from fer.metrics.manifold import NEAREST, Manifold


def spread(count: int, seed: int) -> Features:
    return np.random.default_rng(seed).standard_normal((count, 2)).astype(np.float32)


def test_samples_far_from_all_real_images_have_none_of_the_four() -> None:
    found = Manifold(spread(50, 1)).measure(spread(50, 2) + 100)
    assert found == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_the_real_images_themselves_have_all_of_them() -> None:
    real = spread(50, 1)
    found = Manifold(real).measure(real)
    assert (found["precision"], found["recall"], found["coverage"]) == (1, 1, 1)
    # In open balls up to the k-th neighbour lie k - 1 neighbours and the image itself.
    assert found["density"] == pytest.approx(1)


def test_one_image_again_and_again_is_precise_but_covers_next_to_nothing() -> None:
    real = spread(200, 1)
    found = Manifold(real).measure(np.tile(real[:1], (200, 1)))
    assert found["precision"] == 1
    assert found["recall"] == 0
    assert 1 / 200 <= found["coverage"] <= 3 * NEAREST / 200


def test_one_half_of_the_real_images_is_precise_and_not_complete() -> None:
    real = spread(400, 1)
    samples = spread(400, 2)
    samples[:, 0] = np.abs(samples[:, 0])
    whole, half = Manifold(real).measure(spread(400, 3)), Manifold(real).measure(samples)
    assert half["precision"] > 0.9
    assert half["recall"] < whole["recall"] - 0.3
    assert half["coverage"] < whole["coverage"] - 0.3
