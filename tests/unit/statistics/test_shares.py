"""Intervals of shares are Wilson's, as SciPy has them."""

import pytest
from scipy.stats import binomtest

from fer.statistics.shares import share_interval


@pytest.mark.parametrize(("right", "count"), [(0, 7), (3, 7), (7, 7), (414, 700), (28000, 28709)])
def test_the_interval_of_a_share_is_wilsons(right: int, count: int) -> None:
    found = share_interval(right / count, count)
    theirs = binomtest(right, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
