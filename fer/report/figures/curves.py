"""Training curves in small multiples: accuracy per epoch of every training set's first seed, by classifier."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fer.report.figures.figure import Figure
from fer.report.figures.style import FAINT, INK, SERIES, WIDE, nice_top, plottable, unit_ticks
from fer.report.format import ratio, score
from fer.report.results import CellResult, History, StudyResults
from fer.report.summary import groups_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

MOST_PANELS = 24
ACROSS = 5
LINES = {
    "train_accuracy": ("training", SERIES[2]),
    "validation_accuracy": ("validation, real", SERIES[0]),
    "held_out_accuracy": ("validation, mix", SERIES[1]),
    "test_accuracy": ("test", INK),
}
"""Columns of a cell's history.csv that are drawn, with name and colour. Accuracy, since training has no macro-F1."""


def curve_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each classifier with finished cells."""
    by_classifier: dict[str, list[tuple[str, CellResult]]] = {}
    for group in groups_of(results):
        if group.finished:
            times = f" ×{group.volume}" if group.volume > 1 else ""
            panel = f"{group.training_set} {ratio(group.ratio)}{times}"
            by_classifier.setdefault(group.classifier, []).append((panel, group.finished[0]))
    for number, (classifier, panels) in enumerate(by_classifier.items(), start=1):
        shown = panels[:MOST_PANELS]
        caption = f"{classifier}. Accuracy per epoch; the vertical line is the epoch whose weights were kept."
        if len(results.planned.study.seeds) > 1:
            caption += " First finished seed of each training set."
        if len(shown) < len(panels):
            caption += f" {len(shown)} of {len(panels)} training sets are drawn; tables/histories.csv has all."
        yield Figure(
            name=f"training-curves-{number}",
            title=f"{classifier}: training curves",
            description=" ".join(_in_words(name, result) for name, result in shown),
            caption=caption,
            draw=lambda shown=shown: _draw(shown),  # type: ignore[misc]
            wide=True,
        )


def _in_words(name: str, result: CellResult) -> str:
    metrics = result.summary["metrics"]
    return (
        f"{name}: {result.summary['epochs']} epochs, best {result.summary['best_epoch']}, there accuracy "
        f"{score(metrics['validation']['accuracy'])} on validation and {score(metrics['test']['accuracy'])} on test."
    )


def _draw(panels: list[tuple[str, CellResult]]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    down = -(-len(panels) // ACROSS)
    drawing = Drawing(figsize=(WIDE, 0.45 + 1.35 * down))
    height = drawing.get_figheight()
    top = nice_top([value for _, result in panels for value in _values(result.history)])
    longest = max(len(result.history.get("epoch", ())) for _, result in panels)
    for place, (name, result) in enumerate(panels):
        row, column = divmod(place, ACROSS)
        bottom = height - 0.45 - 1.35 * row - 0.93
        axes = drawing.add_axes(
            ((0.36 + 1.62 * column) / WIDE, bottom / height, 1.46 / WIDE, 0.88 / height), label=f"panel {place}"
        )
        _panel(axes, result, top, longest)
        axes.set_title(name, loc="left", pad=3)
        if column:
            axes.set_yticklabels([])
        if place + ACROSS < len(panels):  # the panel below has them
            axes.set_xticklabels([])
    handles, names = drawing.axes[0].get_legend_handles_labels()
    drawing.legend(handles, names, loc="upper left", bbox_to_anchor=(0.034, 1.0), ncols=len(LINES), borderaxespad=0.2)
    return drawing


def _panel(axes: "Axes", result: CellResult, top: float, longest: int) -> None:
    from matplotlib.ticker import MaxNLocator

    history = result.history
    for column, (name, colour) in LINES.items():
        if column in history:
            values = plottable(history[column])
            marker = "o" if len(values) == 1 else None
            axes.plot(
                plottable(history["epoch"]),
                values,
                color=colour,
                label=name,
                linewidth=1.1,
                marker=marker,
                markersize=3,
            )
    axes.axvline(result.summary["best_epoch"], color=FAINT, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set_xlim(0.5, max(longest, 2) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(labelsize=7)
    unit_ticks(axes, top)


def _values(history: History) -> list[float]:
    return [value for column in LINES if column in history for value in history[column] if value is not None]
