"""The share of a gain: between nothing and all of it, as sure as the three means are."""

import math

import numpy as np
import pytest

from fer.statistics.reached import Reached, reached
from tests.unit.statistics.cases import found

SEEDS = 5
STUDENT = 2.7764451  # four degrees of freedom, 95 %


def share(substitute: float, without: float = 0.4, real: float = 0.6, spread: float = 0.0) -> Reached | None:
    """Of a substitute whose scores spread by so much between seeds, beside two that do not."""
    around = np.linspace(-1, 1, SEEDS)
    return reached(found([list(substitute + spread * around / around.std(ddof=1)), [without] * SEEDS, [real] * SEEDS]))


@pytest.mark.parametrize(("substitute", "value"), [(0.45, 0.25), (0.4, 0.0), (0.6, 1.0), (0.3, -0.5), (0.7, 1.5)])
def test_the_share_is_where_the_substitute_stands(substitute: float, value: float) -> None:
    got = share(substitute)
    assert got is not None
    assert got.value == pytest.approx(value)


@pytest.mark.parametrize("real", [0.4, 0.3])
def test_there_is_no_share_of_no_gain(real: float) -> None:
    assert share(0.45, real=real) is None


def test_the_interval_holds_the_shares_that_do_not_differ() -> None:
    got = share(0.5, spread=0.02)
    assert got is not None
    assert got.low is not None
    assert got.high is not None
    half = STUDENT * 0.02 / math.sqrt(SEEDS) / 0.2
    assert 0.5 - half - 0.01 <= got.low <= 0.5 - half
    assert 0.5 + half <= got.high <= 0.5 + half + 0.01


def test_an_interval_is_open_below_nothing_and_above_all() -> None:
    half = STUDENT * 0.02 / math.sqrt(SEEDS) / 0.2
    low, high, both = share(0.41, spread=0.02), share(0.59, spread=0.02), share(0.5, spread=1)
    assert low is not None
    assert low.low is None
    assert low.high == pytest.approx(0.05 + half, abs=0.01)
    assert high is not None
    assert high.low == pytest.approx(0.95 - half, abs=0.01)
    assert high.high is None
    assert both is not None
    assert (both.low, both.high) == (None, None)


def test_surely_worse_than_nothing_and_surely_better_than_all_end_there() -> None:
    worse, better = share(0.3), share(0.7)
    assert worse is not None
    assert (worse.low, worse.high) == (None, 0.0)
    assert better is not None
    assert (better.low, better.high) == (1.0, None)


def test_uncertain_ends_make_the_share_uncertain() -> None:
    """A substitute that does not vary has a share as uncertain as the gain that it is a share of."""
    varying = found([[0.5] * 5, [0.39, 0.41, 0.4, 0.4, 0.4], [0.59, 0.61, 0.6, 0.6, 0.6]])
    got, sure = reached(varying), share(0.5)
    assert got is not None
    assert sure is not None
    assert sure.low == pytest.approx(0.49)
    assert sure.high == pytest.approx(0.51)
    assert got.low is not None
    assert got.high is not None
    assert got.low < 0.48 < 0.52 < got.high
