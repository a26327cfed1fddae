"""The interval of a ratio holds it as often as it says."""

import numpy as np
import pytest

from fer.statistics.ratio import ratio_interval


def test_a_ratio_is_held_as_often_as_its_level_says() -> None:
    random = np.random.default_rng(0)
    above, below = random.normal(8, 0.4, 4000), random.normal(10, 0.8, 4000)
    intervals = [ratio_interval(a, 0.4, b, 0.8) for a, b in zip(above, below, strict=True)]
    assert np.mean([one.low <= 0.8 <= one.high for one in intervals]) == pytest.approx(0.95, abs=0.012)


def test_without_errors_there_is_nothing_but_the_ratio() -> None:
    found = ratio_interval(3.0, 0.0, 4.0, 0.0)
    assert (found.low, found.high) == (0.75, 0.75)
