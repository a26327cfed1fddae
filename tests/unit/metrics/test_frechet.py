"""The Fréchet distance against an independent computation, and where it has a known value."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from fer.metrics.frechet import Features, FrechetReference


def textbook(first: Features, second: Features) -> float:
    """The formula as it stands in the paper."""
    first, second = (part.astype(np.float64) for part in (first, second))
    roots = sqrtm(np.cov(first, rowvar=False) @ np.cov(second, rowvar=False))
    spread = np.trace(np.cov(first, rowvar=False) + np.cov(second, rowvar=False) - 2 * roots)
    return float(((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum() + spread.real)


def features(count: int, size: int, seed: int, rank: int | None = None) -> Features:
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((count, rank or size))
    mixing = np.random.default_rng(7).standard_normal((rank or size, size))
    return np.maximum(hidden @ mixing + 0.3 * seed, 0).astype(np.float32)


def test_it_is_the_papers_formula() -> None:
    ours, theirs = features(500, 24, seed=1), features(400, 24, seed=2)
    assert FrechetReference(ours).distance(theirs) == pytest.approx(textbook(ours, theirs), rel=1e-8)


def test_it_is_symmetric() -> None:
    ours, theirs = features(300, 16, seed=1), features(300, 16, seed=2)
    there, back = FrechetReference(ours).distance(theirs), FrechetReference(theirs).distance(ours)
    assert there == pytest.approx(back, rel=1e-9)


def test_a_shift_alone_costs_its_squared_length() -> None:
    ours = features(200, 8, seed=1).astype(np.float64)
    assert FrechetReference(ours).distance(ours + 2) == pytest.approx(8 * 4, rel=1e-6)


def test_a_change_of_scale_alone_costs_the_squared_difference_of_the_deviations() -> None:
    ours = features(200, 8, seed=1).astype(np.float64)
    ours -= ours.mean(axis=0)
    spread = np.trace(np.cov(ours, rowvar=False))
    assert FrechetReference(ours).distance(3 * ours) == pytest.approx(4 * spread, rel=1e-6)


@pytest.mark.parametrize(("count", "size"), [(500, 24), (20, 60)])
def test_a_set_is_at_no_distance_from_itself(count: int, size: int) -> None:
    ours = features(count, size, seed=1)
    spread = np.trace(np.cov(ours, rowvar=False))
    assert 0 <= FrechetReference(ours).distance(ours) < 1e-5 * spread


def test_fewer_images_than_dimensions_will_do() -> None:
    """The nuclear norm of the product of both centred sets is the trace of the root, whatever the ranks."""
    ours, theirs = (features(30, 90, seed=seed).astype(np.float64) for seed in (1, 2))
    centred = [(part - part.mean(axis=0)) / np.sqrt(len(part) - 1) for part in (ours, theirs)]
    roots = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    spread = sum(float((part**2).sum()) for part in centred) - 2 * roots
    expected = float(((ours.mean(axis=0) - theirs.mean(axis=0)) ** 2).sum()) + spread
    assert FrechetReference(ours).distance(theirs) == pytest.approx(expected, rel=1e-5)


def test_a_single_image_has_no_spread() -> None:
    ours, theirs = features(1, 6, seed=1).astype(np.float64), features(50, 6, seed=2).astype(np.float64)
    spread = np.trace(np.cov(theirs, rowvar=False))
    expected = float(((ours[0] - theirs.mean(axis=0)) ** 2).sum()) + spread
    assert FrechetReference(ours).distance(theirs) == pytest.approx(expected)


def test_features_that_never_change_are_no_obstacle() -> None:
    ours, theirs = features(100, 6, seed=1), features(100, 6, seed=2)
    ours[:, 2] = theirs[:, 2] = 1.0
    rest = [0, 1, 3, 4, 5]
    expected = FrechetReference(ours[:, rest]).distance(theirs[:, rest])
    assert FrechetReference(ours).distance(theirs) == pytest.approx(expected, rel=1e-6)
