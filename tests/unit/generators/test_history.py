from collections.abc import Mapping
from dataclasses import replace

import pytest

from fer.generators.history import Row, divergence

ROW = Row(1.0, 1.0, 32.0, {"loss": 0.7})


def limits(figures: Mapping[str, float]) -> str | None:
    return "the loss was above 20" if figures["loss"] > 20 else None


def test_figures_beyond_a_limit_are_borne_for_the_stated_time_and_no_longer() -> None:
    rows = [ROW] + [replace(ROW, kimg=float(kimg), figures={"loss": 21.0}) for kimg in range(2, 21)]
    assert divergence(rows, limits, ended=False) is None
    rows.append(replace(ROW, kimg=21.0, figures={"loss": 21.0}))
    assert divergence(rows, limits, ended=False) == "from 1 to 21 kimg the loss was above 20"
    assert divergence([*rows[:-1], replace(ROW, kimg=21.0)], limits, ended=False) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_not_borne_at_all(value: float) -> None:
    last = replace(ROW, kimg=2.0, figures={"loss": value})
    assert divergence([ROW, last], limits, ended=False) == "a loss or gradient was no finite number at 2 kimg"


def test_before_the_first_row_nothing_has_diverged() -> None:
    assert divergence([], limits, ended=False) is None


def test_a_run_that_ends_beyond_a_limit_has_diverged() -> None:
    last = replace(ROW, kimg=2.0, figures={"loss": 21.0})
    assert divergence([ROW, last], limits, ended=False) is None
    assert divergence([ROW, last], limits, ended=True) == "from 1 to 2 kimg the loss was above 20"


def test_a_run_that_ends_without_a_row_within_its_limits_has_diverged_however_short_it_was() -> None:
    rows = [replace(ROW, kimg=float(kimg), figures={"loss": 1e6}) for kimg in range(1, 9)]
    assert divergence(rows, limits, ended=False) is None
    assert divergence(rows, limits, ended=True) == "from 0 to 8 kimg the loss was above 20"


def test_one_row_beyond_a_limit_is_borne_however_long_it_was() -> None:
    rows = [ROW, replace(ROW, kimg=30.0, figures={"loss": 21.0})]
    assert divergence(rows, limits, ended=False) is None
    assert divergence([*rows, replace(ROW, kimg=60.0, figures={"loss": 21.0})], limits, ended=False) is not None
