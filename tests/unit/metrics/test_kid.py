"""The kernel distance is zero on average between sets of one kind, and its error says how much it varies."""

import numpy as np
import pytest

from fer.metrics.kid import KernelReference
from tests.unit.metrics.cases import features


def test_sets_of_one_kind_are_at_no_distance_on_average() -> None:
    found = [KernelReference(features(60, 6, seed)).distance(features(60, 6, seed + 500)).value for seed in range(200)]
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / np.sqrt(len(found)))
    assert min(found) < 0 < max(found)


@pytest.mark.parametrize("counts", [(60, 60), (40, 120)])
def test_the_error_is_the_deviation_over_repeated_samples(counts: tuple[int, int]) -> None:
    found = [
        KernelReference(features(counts[0], 6, seed)).distance(features(counts[1], 6, seed + 500, shift=0.5))
        for seed in range(300)
    ]
    spread = float(np.std([one.value for one in found]))
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.15)


def test_it_is_symmetric() -> None:
    ours, theirs = features(80, 6, seed=1), features(50, 6, seed=2, shift=0.3)
    there, back = KernelReference(ours).distance(theirs), KernelReference(theirs).distance(ours)
    assert (there.value, there.error) == pytest.approx((back.value, back.error))


def test_more_images_than_a_block_are_summed_right() -> None:
    ours, theirs = features(700, 4, seed=1).astype(np.float64), features(600, 4, seed=2).astype(np.float64)

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.asarray((a @ b.T / 4 + 1) ** 3)

    within = [
        (kernel(part, part).sum() - np.trace(kernel(part, part))) / (len(part) * (len(part) - 1))
        for part in (ours, theirs)
    ]
    expected = sum(within) - 2 * kernel(ours, theirs).mean()
    assert KernelReference(ours).distance(theirs).value == pytest.approx(expected, rel=1e-9, abs=1e-12)
