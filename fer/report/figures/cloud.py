"""Real images and samples as points of a plane: overall (the published Figure 7) and per class (Figure 8, t-SNE)."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from fer.report.figures.figure import Figure
from fer.report.figures.style import FAINT, NARROW, SERIES, WIDE
from fer.report.format import score
from fer.report.planes import HELD_OUT, PLANES, SAMPLES, TRAINING, Points
from fer.report.results import AssessmentResult, StudyResults
from fer.report.runs import first_assessments, run_in_words

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing
    from numpy.typing import NDArray

SIDES = {HELD_OUT: ("real", "held-out real", SERIES[0]), SAMPLES: ("synthetic", "samples", SERIES[1])}
"""By origin: the side's name in an assessment, in words, and its colour."""
MOST_CLASSES = 14
ACROSS = 7
_GREY = "#8d897f"
_POINTS = {HELD_OUT: "#3b8fc9", SAMPLES: "#e07020"}
"""Between the colours of light and dark pages: points are pixels, which the page cannot give other colours."""
_IN_BOTH = "Grey: real training images, the same on both sides."


def cloud_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each assessed generator: both planes, held-out real images and samples side by side."""
    for number, assessment in enumerate(first_assessments(results), start=1):
        divergence = assessment.figures["divergence"]
        yield Figure(
            name=f"samples-among-real-{number}",
            title=f"{assessment.run.generator}: samples among real images",
            description=" ".join(_in_words(divergence, plane) for plane in PLANES),
            caption=f"{assessment.run.generator}, {run_in_words(assessment.run)}. {_count(assessment)} images of each "
            f"kind by their features. {_IN_BOTH} Below each title the Jensen-Shannon distance between colour and grey.",
            draw=lambda assessment=assessment: _draw(assessment),  # type: ignore[misc]
        )


def class_cloud_figures(results: StudyResults) -> Iterator[Figure]:
    """Two figures for each assessed generator, one for each plane: a column for each class."""
    for number, assessment in enumerate(first_assessments(results), start=1):
        names = [str(name) for name in assessment.figures["classes"]][:MOST_CLASSES]
        more = len(assessment.figures["classes"]) - len(names)
        left_out = f" {more} more classes are not drawn; the table has all." if more > 0 else ""
        for plane, words in PLANES.items():
            per_class = assessment.figures["divergence"][plane]["per_class"]
            yield Figure(
                name=f"samples-among-real-by-class-{plane}-{number}",
                title=f"{assessment.run.generator}: samples among real images, by class, {words}",
                description=f"{words}: Jensen-Shannon distance to real training images of the same class. "
                + " ".join(f"{name}: {_of_class(per_class[name])}." for name in names),
                caption=f"{assessment.run.generator}, {run_in_words(assessment.run)}. The plane of {words}, one class "
                f"at a time. {_IN_BOTH} Beside each name how many images of each kind there are; the other number is "
                f"the Jensen-Shannon distance between colour and grey, which grows with fewer images.{left_out}",
                draw=partial(_draw_classes, assessment, plane, names),
                wide=True,
            )


def _count(assessment: AssessmentResult) -> str:
    return f"{int((assessment.plane.origin == SAMPLES).sum()):,}"


def _in_words(divergence: dict[str, Any], plane: str) -> str:
    return f"{PLANES[plane]}: Jensen-Shannon distance to real training images {_both(divergence[plane])}."


def _both(found: dict[str, Any] | None) -> str:
    if found is None:
        return "too few images"
    return f"{score(found['synthetic'])} of samples, {score(found['real'])} of held-out real images"


def _of_class(found: dict[str, Any] | None) -> str:
    return _both(found) + (f", with {found['images']:,} images of each kind" if found else "")


def _draw(assessment: AssessmentResult) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(NARROW, 4.7))
    for row, (plane, name) in enumerate(PLANES.items()):
        for column, (origin, (side, words, colour)) in enumerate(SIDES.items()):
            axes = drawing.add_axes(
                (0.01 + 0.5 * column, 0.505 - 0.5 * row, 0.475, 0.42), label=f"panel {row} {column}"
            )
            points = assessment.plane.points(plane)
            _points(axes, points, assessment.plane.origin == TRAINING, _GREY)
            _points(axes, points, assessment.plane.origin == origin, _POINTS[origin])
            _frame(axes, points)
            axes.set_title(words, loc="left", pad=13, color=colour)
            value = score(assessment.figures["divergence"][plane][side])
            axes.text(0, 1.015, f"{name}: {value}", transform=axes.transAxes, color=FAINT, fontsize=7)
    return drawing


def _draw_classes(assessment: AssessmentResult, plane: str, names: list[str]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    points, labels, origins = assessment.plane.points(plane), assessment.plane.labels, assessment.plane.origin
    per_class = assessment.figures["divergence"][plane]["per_class"]
    blocks = -(-len(names) // ACROSS)
    size, head, gap = (WIDE - 0.1) / ACROSS, 0.2, 0.17
    block_height = head + 2 * (size - 0.06 + gap)
    drawing = Drawing(figsize=(WIDE, blocks * block_height + 0.05))
    height = drawing.get_figheight()
    for place, name in enumerate(names):
        block, column = divmod(place, ACROSS)
        own = labels == place
        for row, (origin, (side, words, colour)) in enumerate(SIDES.items()):
            bottom = height - block * block_height - head - (row + 1) * (size - 0.06 + gap)
            axes = drawing.add_axes(
                ((0.05 + size * column) / WIDE, bottom / height, (size - 0.06) / WIDE, (size - 0.06) / height),
                label=f"panel {place} {row}",
            )
            _points(axes, points, own & (origins == TRAINING), _GREY)
            _points(axes, points, own & (origins == origin), _POINTS[origin])
            _frame(axes, points)
            value = score(per_class[name][side]) if per_class[name] else "too few"
            axes.text(0, 1.02, f"{words}: {value}", transform=axes.transAxes, color=colour, fontsize=7)
            if row == 0:
                images = f" ({per_class[name]['images']:,})" if per_class[name] else ""
                axes.set_title(f"{name}{images}", loc="left", pad=12)
    return drawing


def _points(axes: "Axes", points: Points, chosen: "NDArray[np.bool_]", colour: str) -> None:
    """Thousands of points are one picture within the drawing, or the page would be many times as large."""
    axes.plot(
        points[chosen, 0],
        points[chosen, 1],
        linestyle="none",
        marker="o",
        markersize=1.6,
        markeredgewidth=0,
        color=colour,
        alpha=0.65,
        rasterized=True,
    )


def _frame(axes: "Axes", points: Points) -> None:
    """The same limits in every panel of a plane, nearly all points within them; a plane of t-SNE has no units."""
    import numpy as np

    low, high = np.percentile(points, [0.1, 99.9], axis=0)
    margin = 0.04 * (high - low) + 1e-9
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(FAINT)
        spine.set_linewidth(0.4)
