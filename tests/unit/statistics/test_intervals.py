"""Intervals and p-values: Student's where only seeds vary, normal where only images do, and in between both."""

import numpy as np
import pytest
from scipy.stats import norm, ttest_1samp, ttest_rel

from fer.statistics.estimate import SMALLEST_P, Estimate, normal_interval
from tests.unit.statistics.cases import found

FIRST, SECOND = [0.41, 0.45, 0.39, 0.44], [0.40, 0.43, 0.39, 0.41]
MINUS = np.array([1.0, -1.0])


def test_where_images_add_nothing_it_is_the_paired_t_test_of_scipy() -> None:
    ours, theirs = found([FIRST, SECOND]).contrast(MINUS), ttest_rel(FIRST, SECOND)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    assert (ours.interval.low, ours.interval.high) == pytest.approx(tuple(theirs.confidence_interval()))


def test_a_mean_has_the_interval_of_its_seeds() -> None:
    low, high = ttest_1samp(FIRST, 0).confidence_interval()
    interval = found([FIRST]).contrast(np.ones(1)).interval
    assert (interval.low, interval.high) == pytest.approx((low, high))


def test_one_seed_has_the_normal_interval_of_the_images() -> None:
    ours = found([[0.42], [0.40]], common=0.006, own=0.008).contrast(MINUS)
    error = (2 * (0.006**2 + 0.008**2)) ** 0.5
    assert ours.by_images == pytest.approx(error)
    assert ours.p_value == pytest.approx(2 * norm.sf(0.02 / error))
    assert ours.interval.high - ours.value == pytest.approx(norm.ppf(0.975) * error)


def test_only_what_seeds_share_of_the_images_is_added_to_their_spread() -> None:
    """What the images do to single networks is in the spread between seeds already."""
    ours = found([FIRST, SECOND], common=0.006, own=0.008).contrast(MINUS)
    assert ours.by_images == pytest.approx((2 * 0.006**2) ** 0.5)
    assert ours.by_seeds == pytest.approx(np.std(np.subtract(FIRST, SECOND), ddof=1) / 2)


def test_images_that_networks_share_cancel_in_their_difference() -> None:
    condition = found([FIRST], common=0.02)
    assert condition.contrast(np.ones(1)).by_images == pytest.approx(0.02)
    assert found([FIRST, FIRST]).contrast(MINUS).by_images == 0


def test_half_widths_of_seeds_and_images_add_as_squares() -> None:
    by_seeds, by_images = Estimate(0.1, 0.01, 0.0, 5), Estimate(0.1, 0.0, 0.02, 5)
    halves = [estimate.interval.high - 0.1 for estimate in (by_seeds, by_images, Estimate(0.1, 0.01, 0.02, 5))]
    assert halves[2] == pytest.approx((halves[0] ** 2 + halves[1] ** 2) ** 0.5)


@pytest.mark.parametrize("seeds", [1, 2, 5, 30])
def test_an_interval_that_ends_at_zero_has_the_p_value_of_its_level(seeds: int) -> None:
    half = Estimate(0.0, 0.01, 0.004, seeds).interval.high
    assert Estimate(half, 0.01, 0.004, seeds).p_value == pytest.approx(0.05)
    assert Estimate(-half, 0.01, 0.004, seeds).p_value == pytest.approx(0.05)


def test_p_values_have_a_smallest_and_a_largest() -> None:
    assert Estimate(0.0, 0.01, 0.01, 5).p_value == 1
    assert Estimate(0.5, 0.0, 1e-9, 5).p_value == SMALLEST_P
    assert Estimate(0.5, 0.0, 0.0, 5).p_value == SMALLEST_P


def test_no_interval_holds_what_a_figure_cannot_be() -> None:
    """Scores lie between 0 and 1, and differences of two between -1 and 1."""
    sure = found([[0.995]], own=0.004).contrast(np.ones(1)).interval
    assert sure.low == pytest.approx(0.995 - 1.96 * 0.004, abs=1e-5)
    assert sure.high == 1.0
    apart = found([[0.995], [0.002]], own=0.004).contrast(MINUS)
    assert apart.interval.low > 0.9
    assert apart.interval.high == 1.0
    assert found([[0.002], [0.995]], own=0.004).contrast(MINUS).interval.low == -1.0
    assert normal_interval(0.001, 0.004, least=0.0).low == 0.0
