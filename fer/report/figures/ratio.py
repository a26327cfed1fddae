"""Macro-F1 against the real ratio: one figure per classifier, each generator's curve beside that of the controls."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fer.report.figures.figure import Figure
from fer.report.figures.style import FAINT, INK, nice_top, series, unit_ticks
from fer.report.format import ratio, score
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

CONTROLS, ALL_REAL = "real alone", "all real"


def ratio_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each classifier with finished cells."""
    finished = [group for group in groups_of(results) if group.finished and group.volume == 1]
    top = nice_top([summary.high for group in finished if (summary := group.score("macro_f1"))])
    generators = list(results.planned.study.generators)
    for number, classifier in enumerate(dict.fromkeys(group.classifier for group in finished), start=1):
        curves = _curves([group for group in finished if group.classifier == classifier], generators)
        spread = " Small dots are single seeds." if len(results.planned.study.seeds) > 1 else ""
        yield Figure(
            name=f"f1-against-ratio-{number}",
            title=f"{classifier}: macro-F1 against the real ratio",
            description=_in_words(curves),
            caption=f"{classifier}. Test macro-F1 (official) against the share of real images.{spread}",
            draw=lambda curves=curves: _draw(curves, generators, top),  # type: ignore[misc]
        )


def _curves(groups: list[Group], generators: list[str]) -> dict[str, list[Group]]:
    """Finished groups by curve, in increasing ratio. Every curve ends in all real images, which belong to all."""
    everything = [group for group in groups if not group.is_mix and group.ratio == 1]
    curves = {
        name: [group for group in groups if group.generator == name]
        for name in generators
        if any(group.generator == name for group in groups)
    }
    controls = [group for group in groups if group.is_control]
    if controls:
        curves[CONTROLS] = controls
    return {name: found + everything for name, found in curves.items()} or {ALL_REAL: everything}


def _in_words(curves: dict[str, list[Group]]) -> str:
    sentences = []
    for name, groups in curves.items():
        points = [f"{score(summary.mean)} at {ratio(g.ratio)}" for g in groups if (summary := g.score("macro_f1"))]
        sentences.append(f"{name}: {', '.join(points)}.")
    return " ".join(sentences)


def _draw(curves: dict[str, list[Group]], generators: list[str], top: float) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(4.4, 3.1))
    legend_rows = -(-len(curves) // 3)
    axes = drawing.add_axes((0.1, 0.15, 0.87, 0.78 - 0.06 * legend_rows))
    for name, groups in curves.items():
        of_generator = name in generators
        look = (
            series(generators.index(name)) if of_generator else {"color": INK, "marker": "x", "linestyle": (0, (3, 2))}
        )
        points = [(group.ratio, summary.mean) for group in groups if (summary := group.score("macro_f1"))]
        axes.plot(*zip(*points, strict=True), label=name, zorder=3, **look)
        for group in groups:
            values = list(group.scores_by_seed("macro_f1").values())
            if len(values) > 1:
                axes.plot([group.ratio] * len(values), values, ".", color=look["color"], markersize=2.5, alpha=0.6)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0\nall synthetic", "0.25", "0.5", "0.75", "1\nall real"])
    axes.tick_params(axis="x", labelsize=7)
    unit_ticks(axes, top)
    axes.set_xlabel("real ratio", color=FAINT, labelpad=-6)
    drawing.legend(loc="upper left", bbox_to_anchor=(0.075, 1.0), ncols=3, borderaxespad=0.2)
    return drawing
