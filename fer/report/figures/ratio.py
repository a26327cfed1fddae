"""Macro-F1 against the real ratio: per classifier with its controls, and per generator as in the published study.

A figure per classifier is the one to read: on the same real images, are the samples worth anything, and whose are worth
more? The published figure has one per generator with a line per classifier, which shows how classifiers differ, and
cannot show a control for each of them; it is drawn too, for the comparison, where a generator has several classifiers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fer.report.evidence import mean_of
from fer.report.figures.figure import Figure
from fer.report.figures.labels import End, label_ends
from fer.report.figures.style import FAINT, INK, NARROW, nice_top, series, unit_ticks
from fer.report.format import ratio, score
from fer.report.published.numbers import SYNTHETIC_MACRO_F1
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Means = dict[Group, Estimate]
CONTROLS, ALL_REAL = "real alone", "all real"
MOST_CURVES = 12
"""More names than these have no room beside a figure."""
APART, WIDEST = 0.011, 0.08
"""How far neighbouring curves stand apart, and all of them at most, on the axis of ratios."""
_ALONE = {"color": INK, "marker": "x", "linestyle": (0, (3, 2))}
_ALL_REAL = {"color": FAINT, "marker": "d", "markersize": 4}


@dataclass(frozen=True)
class Curve:
    """One line: finished groups in increasing ratio. All real images alone are a level across the figure."""

    name: str
    groups: Sequence[Group]
    means: Sequence[Estimate]
    """Of the groups."""
    look: dict[str, Any]
    theirs: float | None = None
    """What the published study printed for ratio 0."""

    @property
    def points(self) -> list[tuple[float, float]]:
        """Ratio and mean score."""
        return [(group.ratio, mean.value) for group, mean in zip(self.groups, self.means, strict=True)]


def ratio_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each classifier with finished cells: each generator's curve beside that of the controls."""
    finished = _finished(results)
    top = _top(finished.values())
    generators = list(results.planned.study.generators)
    for number, classifier in enumerate(dict.fromkeys(group.classifier for group in finished), start=1):
        own = {group: mean for group, mean in finished.items() if group.classifier == classifier}
        curves = _by_generator(own, generators)
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
    top = _top(finished.values())
    study = results.planned.study
    for number, generator in enumerate(study.generators, start=1):
        own = {group.classifier for group in finished if group.generator == generator}
        if len(own) < 2:
            continue
        shown = {group: mean for group, mean in finished.items() if group.classifier in own}
        curves = _by_classifier(shown, generator, study.model_of(generator))
        theirs = " Hollow: what the published study printed." if any(curve.theirs for curve in curves) else ""
        yield Figure(
            name=f"f1-of-generator-{number}",
            title=f"{generator}: macro-F1 against the real ratio, by classifier",
            description=_in_words(curves),
            caption=f"{generator}. Test macro-F1 (official) against the share of real images, each classifier ending "
            f"in all real images.{theirs}{_left_out(curves)}{_spread(results)}",
            draw=lambda curves=curves: _draw(curves, top),  # type: ignore[misc]
        )


def _finished(results: StudyResults) -> Means:
    groups = [group for group in groups_of(results) if group.finished and group.volume == 1]
    return {group: mean for group in groups if (mean := mean_of(results, group, "macro_f1"))}


def _top(means: Iterable[Estimate]) -> float:
    return nice_top([mean.interval.high for mean in means])


def _curve(name: str, means: Means, look: dict[str, Any], theirs: float | None = None) -> Curve:
    return Curve(name, list(means), list(means.values()), look, theirs)


def _by_generator(means: Means, generators: list[str]) -> list[Curve]:
    curves = [
        _curve(name, own, series(index))
        for index, name in enumerate(generators)
        if (own := {group: mean for group, mean in means.items() if group.generator == name})
    ]
    if controls := {group: mean for group, mean in means.items() if group.is_control}:
        curves.append(_curve(CONTROLS, controls, _ALONE))
    if everything := {group: mean for group, mean in means.items() if not group.is_mix and group.ratio == 1}:
        curves.append(_curve(ALL_REAL, everything, _ALL_REAL))
    return curves


def _by_classifier(means: Means, generator: str, model: str) -> list[Curve]:
    curves = []
    for index, classifier in enumerate(dict.fromkeys(group.classifier for group in means)):
        own = {group: mean for group, mean in means.items() if group.classifier == classifier}
        mixes = {group: mean for group, mean in own.items() if group.generator == generator}
        everything = {group: mean for group, mean in own.items() if not group.is_mix and group.ratio == 1}
        theirs = SYNTHETIC_MACRO_F1.get(classifier, {}).get(model)
        curves.append(_curve(classifier, mixes | everything, series(index), theirs))
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
    seeds = " Dots are single seeds." if len(results.planned.study.seeds) > 1 else ""
    return f" Lines up and down are 95 % intervals; curves stand a little beside their ratios.{seeds}"


def _asides(curves: int) -> list[float]:
    """How far each curve stands beside its ratios, so that intervals of one ratio do not hide each other."""
    return [min(APART, WIDEST / curves) * (place - (curves - 1) / 2) for place in range(curves)]


def _draw(curves: list[Curve], top: float) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    shown = curves[:MOST_CURVES]
    drawing = Drawing(figsize=(NARROW, 3.0))
    axes = drawing.add_axes((0.095, 0.155, 0.595, 0.815))
    axes.set_xlim(-0.04, 1.04)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0\nall synthetic", "0.25", "0.5", "0.75", "1\nall real"])
    axes.tick_params(axis="x", labelsize=7)
    unit_ticks(axes, top)
    axes.set_xlabel("real ratio", color=FAINT, labelpad=-6)
    names = []
    for curve, aside in zip(shown, _asides(len(shown)), strict=True):
        places = [place + aside for place, _ in curve.points]
        scores = [value for _, value in curve.points]
        axes.plot(places, scores, zorder=3, **curve.look)
        if curve.name == ALL_REAL:
            axes.axhline(curve.points[0][1], color=FAINT, linewidth=0.8)
        colour = curve.look["color"]
        for place, group, mean in zip(places, curve.groups, curve.means, strict=True):
            ends = (mean.interval.low, mean.interval.high)
            axes.plot([place, place], ends, color=colour, linewidth=0.9, alpha=0.7, marker="")
            values = list(group.scores_by_seed("macro_f1").values())
            if len(values) > 1:
                axes.plot([place] * len(values), values, ".", color=colour, markersize=2.5, alpha=0.6)
        if curve.theirs:
            look = {"color": colour, "marker": curve.look["marker"], "markerfacecolor": "none"}
            axes.plot([aside], [curve.theirs], linestyle="none", zorder=2, **look)
        names.append(End(curve.name, places[-1], scores[-1], colour))
    label_ends(axes, names)
    return drawing
