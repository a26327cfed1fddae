"""Macro-F1 against the real ratio: per classifier with its controls, and per generator as in the published study.

A figure per classifier is the one to read: on the same real images, are the samples worth anything, and whose are worth
more? The published figure has one per generator with a line per classifier, which shows how classifiers differ, and
cannot show a control for each of them; it is drawn too, for the comparison, where a generator has several classifiers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fer.report.figures.figure import Figure
from fer.report.figures.labels import End, label_ends
from fer.report.figures.style import FAINT, INK, nice_top, series, unit_ticks
from fer.report.format import ratio, score
from fer.report.published.numbers import SYNTHETIC_MACRO_F1
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

CONTROLS, ALL_REAL = "real alone", "all real"
MOST_CURVES = 12
"""More names than these have no room beside a figure."""
_ALONE = {"color": INK, "marker": "x", "linestyle": (0, (3, 2))}
_ALL_REAL = {"color": FAINT, "marker": "d", "markersize": 4}


@dataclass(frozen=True)
class Curve:
    """One line: finished groups in increasing ratio. All real images alone are a level across the figure."""

    name: str
    groups: Sequence[Group]
    look: dict[str, Any]
    theirs: float | None = None
    """What the published study printed for ratio 0."""

    @property
    def points(self) -> list[tuple[float, float]]:
        """Ratio and mean score."""
        return [(g.ratio, summary.mean) for g in self.groups if (summary := g.score("macro_f1"))]


def ratio_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each classifier with finished cells: each generator's curve beside that of the controls."""
    finished = _finished(results)
    top = _top(finished)
    generators = list(results.planned.study.generators)
    for number, classifier in enumerate(dict.fromkeys(group.classifier for group in finished), start=1):
        curves = _by_generator([group for group in finished if group.classifier == classifier], generators)
        yield Figure(
            name=f"f1-against-ratio-{number}",
            title=f"{classifier}: macro-F1 against the real ratio",
            description=_in_words(curves),
            caption=f"{classifier}. Test macro-F1 (official) against the share of real images.{_left_out(curves)}"
            f"{_spread(results)}",
            draw=lambda curves=curves: _draw(curves, top),  # type: ignore[misc]
        )


def ratio_figures_by_generator(results: StudyResults) -> Iterator[Figure]:
    """One figure for each generator with several classifiers: each classifier's curve, as in the published Figure 4."""
    finished = _finished(results)
    top = _top(finished)
    study = results.planned.study
    for number, generator in enumerate(study.generators, start=1):
        own = {group.classifier for group in finished if group.generator == generator}
        if len(own) < 2:
            continue
        curves = _by_classifier([group for group in finished if group.classifier in own], generator, study.model_of)
        theirs = " Hollow: what the published study printed." if any(curve.theirs for curve in curves) else ""
        yield Figure(
            name=f"f1-of-generator-{number}",
            title=f"{generator}: macro-F1 against the real ratio, by classifier",
            description=_in_words(curves),
            caption=f"{generator}. Test macro-F1 (official) against the share of real images, each classifier ending "
            f"in all real images.{theirs}{_left_out(curves)}{_spread(results)}",
            draw=lambda curves=curves: _draw(curves, top),  # type: ignore[misc]
        )


def _finished(results: StudyResults) -> list[Group]:
    return [group for group in groups_of(results) if group.finished and group.volume == 1]


def _top(groups: Sequence[Group]) -> float:
    return nice_top([summary.high for group in groups if (summary := group.score("macro_f1"))])


def _by_generator(groups: list[Group], generators: list[str]) -> list[Curve]:
    curves = [
        Curve(name, own, series(index))
        for index, name in enumerate(generators)
        if (own := [group for group in groups if group.generator == name])
    ]
    if controls := [group for group in groups if group.is_control]:
        curves.append(Curve(CONTROLS, controls, _ALONE))
    if everything := [group for group in groups if not group.is_mix and group.ratio == 1]:
        curves.append(Curve(ALL_REAL, everything, _ALL_REAL))
    return curves


def _by_classifier(groups: list[Group], generator: str, model_of: Any) -> list[Curve]:
    curves = []
    for index, classifier in enumerate(dict.fromkeys(group.classifier for group in groups)):
        own = [group for group in groups if group.classifier == classifier]
        mixes = [group for group in own if group.generator == generator]
        everything = [group for group in own if not group.is_mix and group.ratio == 1]
        theirs = SYNTHETIC_MACRO_F1.get(classifier, {}).get(model_of(generator))
        curves.append(Curve(classifier, [*mixes, *everything], series(index), theirs))
    return curves


def _in_words(curves: list[Curve]) -> str:
    sentences = []
    for curve in curves:
        points = [f"{score(value)} at {ratio(place)}" for place, value in curve.points]
        theirs = f"; published: {score(curve.theirs)} at 0.0" if curve.theirs else ""
        sentences.append(f"{curve.name}: {', '.join(points)}{theirs}.")
    return " ".join(sentences)


def _left_out(curves: list[Curve]) -> str:
    more = len(curves) - MOST_CURVES
    return f" {MOST_CURVES} of {len(curves)} curves are drawn; the table has all." if more > 0 else ""


def _spread(results: StudyResults) -> str:
    return " Dots are single seeds." if len(results.planned.study.seeds) > 1 else ""


def _draw(curves: list[Curve], top: float) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(4.9, 3.0))
    axes = drawing.add_axes((0.085, 0.155, 0.62, 0.815))
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0\nall synthetic", "0.25", "0.5", "0.75", "1\nall real"])
    axes.tick_params(axis="x", labelsize=7)
    unit_ticks(axes, top)
    axes.set_xlabel("real ratio", color=FAINT, labelpad=-6)
    ends = []
    for curve in curves[:MOST_CURVES]:
        axes.plot(*zip(*curve.points, strict=True), zorder=3, **curve.look)
        if curve.name == ALL_REAL:
            axes.axhline(curve.points[0][1], color=FAINT, linewidth=0.8)
        for group in curve.groups:
            values = list(group.scores_by_seed("macro_f1").values())
            if len(values) > 1:
                place = [group.ratio] * len(values)
                axes.plot(place, values, color=curve.look["color"], linewidth=0.8, alpha=0.6, marker="")
                axes.plot(place, values, ".", color=curve.look["color"], markersize=2.5, alpha=0.6)
        if curve.theirs:
            look = {"color": curve.look["color"], "marker": curve.look["marker"], "markerfacecolor": "none"}
            axes.plot([0], [curve.theirs], linestyle="none", zorder=2, **look)
        ends.append(End(curve.name, *curve.points[-1], curve.look["color"]))
    label_ends(axes, ends)
    return drawing
