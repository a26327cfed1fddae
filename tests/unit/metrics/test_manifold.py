"""Precision, recall, density and coverage where they are known."""

import numpy as np
import pytest

from fer.metrics.frechet import Features
from fer.metrics.manifold import NEAREST, Manifold

SHARES = ("precision", "recall", "coverage")


def spread(count: int, seed: int) -> Features:
    return np.random.default_rng(seed).standard_normal((count, 2)).astype(np.float32)


def test_samples_far_from_all_real_images_have_none_of_the_four() -> None:
    found = Manifold(spread(50, 1)).measure(spread(50, 2) + 100)
    assert set(found) == {*SHARES, "density", "density_error", "coverage_error"}
    assert set(found.values()) == {0}


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


def deviation(found: list[dict[str, float]], name: str) -> float:
    return float(np.std([one[name] for one in found]))


def typical(found: list[dict[str, float]], name: str) -> float:
    return float(np.sqrt(np.mean([one[name] ** 2 for one in found])))


def test_errors_are_those_of_other_samples_beside_the_same_real_images() -> None:
    """That of coverage errs on the large side, by half at most."""
    real = Manifold(spread(300, 1))
    found = [real.measure(spread(300, seed) * 0.7 + 0.5) for seed in range(2, 202)]
    assert typical(found, "density_error") == pytest.approx(deviation(found, "density"), rel=0.15)
    assert 0.9 <= typical(found, "coverage_error") / deviation(found, "coverage") <= 1.6
    precision = np.mean([one["precision"] for one in found])
    assert deviation(found, "precision") == pytest.approx(np.sqrt(precision * (1 - precision) / 300), rel=0.15)


def test_recall_is_a_share_of_other_real_images_beside_the_same_samples() -> None:
    samples = spread(300, 1) * 0.7 + 0.5
    found = [Manifold(spread(300, seed)).measure(samples)["recall"] for seed in range(2, 202)]
    assert np.std(found) == pytest.approx(np.sqrt(np.mean(found) * (1 - np.mean(found)) / 300), rel=0.15)


def test_the_error_of_coverage_is_what_leaving_out_each_sample_says() -> None:
    real, samples = spread(60, 1), spread(700, 2)[:40]
    manifold = Manifold(real)
    left = np.array([manifold.measure(np.delete(samples, place, axis=0))["coverage"] for place in range(40)])
    assert manifold.measure(samples)["coverage_error"] == pytest.approx(np.sqrt(39 * left.var()))
