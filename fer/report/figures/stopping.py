"""Epochs at early stopping, on samples alone and on all real images: the published Figure 6."""

import statistics
from collections.abc import Iterator, Sequence

from fer.report.figures.dots import Dot, Line, Panel, Row, draw_rows, shown_rows
from fer.report.figures.figure import Figure
from fer.report.figures.style import INK, series
from fer.report.published.numbers import EPOCHS_REAL, EPOCHS_SYNTHETIC
from fer.report.results import CellResult, StudyResults
from fer.report.summary import groups_of


def stopping_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure where any cell on samples alone, or on all real images, is finished."""
    generators = list(results.planned.study.generators)
    rows: dict[str, list[Dot]] = {}
    for group in groups_of(results):
        if not group.finished or group.volume > 1:
            continue
        if group.generator is None and group.ratio == 1:
            look = {"color": INK, "marker": "d"}
        elif group.generator is not None and group.ratio == 0:
            look = series(generators.index(group.generator))
        else:
            continue
        rows.setdefault(group.classifier, []).append(
            _dot(group.generator or "all real", group.finished, look["color"], look["marker"])
        )
    if not rows:
        return
    lines = [
        Line(f"published, samples: {EPOCHS_SYNTHETIC.words}", EPOCHS_SYNTHETIC.value),
        Line(f"published, real: {EPOCHS_REAL.words}", EPOCHS_REAL.value),
    ]
    panel = Panel("", [Row(classifier, dots) for classifier, dots in rows.items()], lines)
    yield Figure(
        name="epochs-at-stopping",
        title="Epochs at early stopping",
        description=" ".join(_in_words(row) for row in panel.rows),
        caption="Epochs trained until patience or budget ended it, by classifier: on samples alone of each "
        f"generator, and on all real images. Lines are the range over seeds.{shown_rows([panel])}",
        draw=lambda: draw_rows([panel], "epochs", from_zero=True),
    )


def _dot(name: str, cells: Sequence[CellResult], colour: str, marker: str) -> Dot:
    epochs = [float(cell.summary["epochs"]) for cell in cells]
    return Dot(name, statistics.fmean(epochs), min(epochs), max(epochs), colour, marker)


def _in_words(row: Row) -> str:
    return f"{row.name}: {', '.join(f'{dot.value:.0f} on {dot.name}' for dot in row.dots)}."
