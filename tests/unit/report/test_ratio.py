"""Curves of macro-F1 against the real ratio can be told apart: their intervals, their colours."""

import re
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from fer.report.figures.ratio import ratio_figures, ratio_figures_by_generator
from fer.report.figures.style import ON_PAGE, SERIES, series
from fer.report.results import StudyResults
from fer.studies import built_in_text
from tests.reports import made_up

TOLD_APART = 7.0
"""Euclidean distance in CIE L*a*b*; about 2.3 is just noticed."""

SIMULATED = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Linear RGB as seen without a kind of cone (Machado, Oliveira and Fernandes 2009, IEEE TVCG 15, 1291, severity 1)."""


@pytest.fixture(scope="module")
def paper() -> StudyResults:
    return made_up(built_in_text("paper").replace("seeds: [0]", "seeds: [0, 1, 2]"))


def test_intervals_at_one_ratio_do_not_hide_each_other_and_stay_near_it(paper: StudyResults) -> None:
    for figure in (next(iter(ratio_figures(paper))), next(iter(ratio_figures_by_generator(paper)))):
        drawing = figure.draw()
        (axes,) = drawing.axes
        upright = [np.asarray(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 0.9]
        places = [float(left) for left, right in upright if left == right]
        assert len(places) == len(upright) > 12
        assert len(set(places)) == len(places)
        for ratio in (0.1, 0.5):
            near = [place for place in places if abs(place - ratio) < 0.05]
            assert len(near) > 3
            assert np.mean(near) == pytest.approx(ratio, abs=0.015)
        width = axes.get_position().width * drawing.get_figwidth() / np.ptp(axes.get_xlim())
        assert 72 * width * min(np.diff(sorted(place for place in places if abs(place - 0.5) < 0.05))) > 0.9, "points"


def test_what_is_said_of_curves_is_where_they_belong(paper: StudyResults) -> None:
    figure = next(iter(ratio_figures(paper)))
    assert re.search(r"stylegan2-32: [\d.]+ at 0.0, [\d.]+ at 0.1, [\d.]+ at 0.3, [\d.]+ at 0.5\.", figure.description)


def test_each_of_the_seven_published_classifiers_has_a_colour_and_a_marker_of_its_own(paper: StudyResults) -> None:
    (axes,) = next(iter(ratio_figures_by_generator(paper))).draw().axes
    curves = [(line.get_color(), line.get_marker()) for line in axes.lines if line.get_zorder() == 3]
    assert len(curves) == 7
    assert len({colour for colour, _ in curves}) == len({marker for _, marker in curves}) == 7
    assert len({tuple(series(index).values()) for index in range(49)}) == 49


def page_colours(scheme: str) -> list[str]:
    """The page's colours of series, in ``light``, ``dark`` and ``print``."""
    css = files("fer.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    place = ["light", "dark", "print"].index(scheme)
    return [re.findall(rf"--series-{number}: (#\w{{6}})", css)[place] for number in range(1, len(SERIES) + 1)]


@pytest.mark.parametrize("scheme", ["files", "light", "dark", "print"])
@pytest.mark.parametrize("sight", SIMULATED)
def test_colours_are_told_apart_by_colour_blind_readers(scheme: str, sight: str) -> None:
    colours = list(SERIES) if scheme == "files" else page_colours(scheme)
    seen = {colour: lab(np.clip(np.asarray(SIMULATED[sight]) @ linear(colour), 0, 1)) for colour in colours}
    for one, other in combinations(colours, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > TOLD_APART, (one, other)


def test_every_colour_of_a_series_is_one_of_the_page() -> None:
    assert [ON_PAGE[colour] for colour in SERIES] == [f"--series-{number}" for number in range(1, len(SERIES) + 1)]


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of ``#rrggbb`` in sRGB (IEC 61966-2-1)."""
    encoded = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* under D65 of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = (
        np.cbrt(value) if value > 0.008856 else 7.787 * value + 16 / 116 for value in to_xyz @ rgb / [0.9505, 1, 1.089]
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
