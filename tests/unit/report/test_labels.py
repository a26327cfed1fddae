"""Names beside lines keep their distance from each other, and stay where they belong."""

from itertools import pairwise

import pytest

from fer.report.figures.labels import spread


def test_names_that_have_room_stay_where_their_lines_end() -> None:
    assert spread([0.1, 0.9, 0.5], 0.1) == pytest.approx([0.1, 0.9, 0.5])


def test_crowded_names_are_moved_apart_evenly_and_keep_their_order() -> None:
    assert spread([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.4, 0.5, 0.6])
    found = spread([0.30, 0.32, 0.8, 0.31], 0.05)
    assert found == pytest.approx([0.26, 0.36, 0.8, 0.31])


def test_names_stay_within_the_axes_while_there_is_room() -> None:
    assert spread([1.0, 1.0, 0.0], 0.2) == pytest.approx([0.8, 1.0, 0.0])
    assert spread([0.0, 0.0], 0.3) == pytest.approx([0.0, 0.3])


def test_more_names_than_fit_go_on_above() -> None:
    found = spread([0.5] * 5, 0.3)
    assert [after - before for before, after in pairwise(found)] == pytest.approx([0.3] * 4)
    assert found[0] == 0


def test_nothing_is_spread_to_nothing() -> None:
    assert spread([], 0.1) == []
