"""The price of a mix in real images: between the controls that exist, never beyond them."""

import math

import numpy as np
import pytest
from sklearn.isotonic import isotonic_regression

from fer.statistics.price import Images, Price, price
from tests.unit.statistics.cases import found

IMAGES = np.array([287.0, 2871.0, 28709.0])
CONTROLS = [0.2, 0.4, 0.6]


def priced(mix: float, controls: list[float] = CONTROLS, spread: float = 0.0, seeds: int = 5) -> Price:
    """The price of a mix whose macro-F1 spreads by so much between seeds, beside controls that do not."""
    around = spread * np.linspace(-1, 1, seeds) / np.linspace(-1, 1, seeds).std(ddof=1)
    return price(IMAGES, found([list(mix + around), *([value] * seeds for value in controls)]))


def test_between_two_controls_images_are_read_on_a_logarithmic_scale() -> None:
    assert priced(0.5).value.number == pytest.approx(math.sqrt(2871 * 28709))
    assert priced(0.3).value.number == pytest.approx(math.sqrt(287 * 2871))


@pytest.mark.parametrize(("mix", "number"), list(zip(CONTROLS, IMAGES, strict=True)))
def test_the_score_of_a_control_costs_its_images(mix: float, number: float) -> None:
    assert priced(mix).value.number == pytest.approx(number)
    assert priced(mix).value.beyond == ""


def test_beyond_the_controls_nothing_is_extrapolated() -> None:
    assert priced(0.19) == Price(*[Images(287, "fewer than")] * 3)
    assert priced(0.61) == Price(*[Images(28709, "more than")] * 3)


def test_a_curve_that_falls_is_made_to_rise() -> None:
    """Of 0.2, 0.5, 0.4 it makes 0.2, 0.45, 0.45: the fewest images with that score are the price."""
    falling = [0.2, 0.5, 0.4]
    assert isotonic_regression(falling) == pytest.approx([0.2, 0.45, 0.45])
    assert priced(0.45, falling).value.number == pytest.approx(2871)
    assert priced(0.46, falling).value == Images(28709, "more than")


def test_a_single_control_tells_only_on_which_side_of_it_a_mix_lies() -> None:
    several = found([[0.3], [0.4]], own=0.001)
    assert price(np.array([500.0]), several) == Price(*[Images(500, "fewer than")] * 3)


def test_the_interval_holds_the_images_whose_control_does_not_differ() -> None:
    """Between controls of 0.4 and 0.6 a tenth more images is log10(1.1) * 0.2 of macro-F1 more."""
    spread, seeds = 0.01, 5
    found_price = priced(0.5, spread=spread, seeds=seeds)
    half = 2.7764451 * spread / math.sqrt(seeds)  # Student's t with four degrees of freedom
    middle = math.sqrt(2871 * 28709)
    assert found_price.low.number == pytest.approx(middle * 10 ** (-half / 0.2), rel=0.03)
    assert found_price.high.number == pytest.approx(middle * 10 ** (half / 0.2), rel=0.03)
    assert found_price.low.number < found_price.value.number < found_price.high.number


def test_an_interval_is_open_where_the_controls_end() -> None:
    found_price = priced(0.595, spread=0.02)
    assert (found_price.value.beyond, found_price.low.beyond, found_price.high.beyond) == ("", "", "more than")
    found_price = priced(0.205, spread=0.02)
    assert (found_price.low, found_price.high.beyond) == (Images(287, "fewer than"), "")


def test_uncertain_controls_make_the_price_uncertain() -> None:
    """A mix that does not vary at all has a price as uncertain as the curve that it is read from."""
    sure = priced(0.5)
    assert sure.high.number / sure.low.number < 1.06
    varying = [[value - 0.01, value + 0.01, value, value, value] for value in CONTROLS]
    unsure = price(IMAGES, found([[0.5] * 5, *varying]))
    assert unsure.value.number == pytest.approx(sure.value.number)
    assert unsure.high.number / unsure.low.number > 1.2
