"""How many seeds a difference takes."""

import pytest

from fer.statistics.power import POWER, power, seeds_needed


@pytest.mark.parametrize(
    ("effect", "seeds", "expected"),
    [
        (1, 5, 0.4013899173717948),
        (1, 10, 0.8030968566327218),
        (0.5, 20, 0.5645044184390203),
        (1.5, 5, 0.710702673925675),
    ],
)
def test_without_a_share_of_images_it_is_the_power_of_statsmodels(effect: float, seeds: int, expected: float) -> None:
    """TTestPower of statsmodels 0.15.0."""
    assert power(effect * 0.01, seeds, 0.01**2, 0.0) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(("effect", "expected"), [(2, 5), (1, 10), (0.5, 34), (0.25, 128)])
def test_the_seeds_needed_are_those_of_statsmodels_and_five_at_least(effect: float, expected: int) -> None:
    """TTestPower().solve_power of statsmodels 0.15.0, rounded up."""
    assert seeds_needed(effect * 0.01, 0.01**2, 0.0) == expected


def test_shared_images_take_more_seeds_or_cannot_be_made_up_for() -> None:
    needed = seeds_needed(0.01, 0.01**2, 0.003**2)
    assert needed is not None
    assert needed > 10
    assert power(0.01, needed, 0.01**2, 0.003**2) >= POWER > power(0.01, needed - 1, 0.01**2, 0.003**2)
    assert seeds_needed(0.01, 0.01**2, 0.004**2) is None


def test_without_any_spread_every_difference_is_seen() -> None:
    assert power(0.01, 5, 0.0, 0.0) == 1
    assert seeds_needed(0.01, 0.0, 0.0) == 5
