"""How much the Jensen-Shannon distance depends on bins and on the number of images."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fer.report.figures.figure import Figure
from fer.report.figures.labels import End, label_ends
from fer.report.figures.style import FAINT, NARROW, SERIES
from fer.report.format import score
from fer.report.results import StudyResults
from fer.report.runs import first_assessments, run_in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

LINES = {"tsne": ("t-SNE", "-"), "pca": ("PC", (0, (3, 2)))}
LOOKS = {"synthetic": ("samples", SERIES[1], "s"), "real": ("real", SERIES[0], "o")}
PANELS = {"by_bins": ("bins", "bins a side"), "by_images": ("images", "images on each side")}


def dependence_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each assessed generator: against bins, and against images."""
    for number, assessment in enumerate(first_assessments(results), start=1):
        divergence = assessment.figures["divergence"]
        yield Figure(
            name=f"divergence-dependence-{number}",
            title=f"{assessment.run.generator}: Jensen-Shannon distance against bins and number of images",
            description=" ".join(
                _in_words(divergence[plane], name, which) for plane, (name, _) in LINES.items() for which in PANELS
            ),
            caption=f"{assessment.run.generator}, {run_in_words(assessment.run)}. What the same images give when they "
            "are counted in other bins, or when there are fewer of them. PC: principal components.",
            draw=lambda divergence=divergence: _draw(divergence),  # type: ignore[misc]
        )


def _in_words(found: Mapping[str, Any], name: str, which: str) -> str:
    key, words = PANELS[which]
    points = [f"{score(p['synthetic'])} and {score(p['real'])} at {p[key]:,}" for p in _from_left(found, which)]
    return f"{name}, samples and real against {words}: {', '.join(points)}."


def _from_left(found: Mapping[str, Any], which: str) -> Sequence[Mapping[str, float]]:
    """The points of a line in the order of the axis: an assessment counts images from most to fewest."""
    key, _ = PANELS[which]
    return sorted(found[which], key=lambda point: point[key])


def _draw(divergence: Mapping[str, Any]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    # One above the other, so that a narrow screen shows both.
    width, height = NARROW, 4.5
    drawing = Drawing(figsize=(width, height))
    for place, (which, (key, words)) in enumerate(PANELS.items()):
        bottom = height - 1.85 - 2.25 * place
        axes = drawing.add_axes((0.4 / width, bottom / height, 2.75 / width, 1.75 / height), label=f"panel {place}")
        ticks = sorted({point[key] for plane in LINES for point in divergence[plane][which]})
        axes.set_xscale("log")
        axes.set_xlim(ticks[0] / 1.1, ticks[-1] * 1.1)
        axes.set_ylim(0, 1)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.tick_params(labelsize=7)
        axes.set_xlabel(words, color=FAINT)
        ends: list[End] = []
        for plane, (name, style) in LINES.items():
            points = _from_left(divergence[plane], which)
            for side, (side_name, colour, marker) in LOOKS.items():
                xs, ys = [point[key] for point in points], [point[side] for point in points]
                axes.plot(xs, ys, color=colour, marker=marker, linestyle=style, markersize=3, linewidth=1.1)
                ends.append(End(f"{side_name}, {name}", xs[-1], ys[-1], colour))
        label_ends(axes, ends)
    return drawing
