"""Rows of dots: one row for each thing that is compared, the same dots in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fer.report.figures.style import FAINT, INK, NARROW, WIDE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

MOST_ROWS = 20
ROW_HEIGHT = 0.24
_LEVELS = 0.6
"""Share of a row's height over which its dots are spread, so that equal ones do not hide each other."""
_NAMES = 1.35
"""Inches for the rows' names."""
_TEXT = 0.16
"""Inches for a line of text above the panels."""


@dataclass(frozen=True)
class Dot:
    """A mean with its range."""

    name: str
    value: float
    low: float
    high: float
    colour: str
    marker: str


@dataclass(frozen=True)
class Row:
    """Something, and its dots."""

    name: str
    dots: Sequence[Dot]


@dataclass(frozen=True)
class Line:
    """A level across all rows."""

    name: str
    value: float


@dataclass(frozen=True)
class Panel:
    """Rows under one title."""

    title: str
    rows: Sequence[Row]
    lines: Sequence[Line] = ()


def shown_rows(panels: Sequence[Panel]) -> str:
    """A sentence where not all rows are drawn."""
    most = max(len(panel.rows) for panel in panels)
    return f" The first {MOST_ROWS} of {most} rows are drawn; the tables have all." if most > MOST_ROWS else ""


def draw_rows(panels: Sequence[Panel], unit: str, *, from_zero: bool) -> "Drawing":
    """Panels side by side on one scale; ``unit`` names what the dots measure.

    ``from_zero``: what is counted begins at zero; where only differences matter, the scale begins at the least of all.
    """
    from matplotlib.figure import Figure as Drawing

    rows = list(dict.fromkeys(row.name for panel in panels for row in panel.rows))[:MOST_ROWS]
    names = dict.fromkeys(dot.name for panel in panels for row in panel.rows for dot in row.dots)
    width, across = (NARROW, 2) if len(panels) == 1 else (WIDE, 5)
    above = -(-len(names) // across) + max(len(panel.lines) + bool(panel.title) for panel in panels)
    head, foot = 0.12 + _TEXT * above, 0.42
    drawing = Drawing(figsize=(width, head + foot + ROW_HEIGHT * len(rows)))
    height = drawing.get_figheight()
    step = (width - _NAMES - 0.1) / len(panels)
    ends = [end for panel in panels for row in panel.rows for dot in row.dots for end in (dot.low, dot.high)]
    ends += [line.value for panel in panels for line in panel.lines]
    low, high = 0.0 if from_zero else min(ends), max(ends)
    margin = 0.06 * (high - low) or 0.01
    for place, panel in enumerate(panels):
        axes = drawing.add_axes(
            (
                (_NAMES + step * place) / width,
                foot / height,
                (step - 0.14) / width,
                ROW_HEIGHT * len(rows) / height,
            ),
            label=f"panel {place}",
        )
        axes.set_xlim(low if from_zero else low - margin, high + margin)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), rows if place == 0 else [""] * len(rows))
        axes.tick_params(labelsize=7)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x")
        axes.set_xlabel(unit, color=FAINT, fontsize=7)
        _panel(axes, panel, rows)
    handles = {handle.get_label(): handle for axes in drawing.axes for handle in axes.get_legend_handles_labels()[0]}
    drawing.legend(
        [handles[name] for name in names if name in handles],
        [name for name in names if name in handles],
        loc="upper left",
        bbox_to_anchor=((_NAMES - 0.08) / width, 1.0),
        ncols=across,
        borderaxespad=0.2,
    )
    return drawing


def _panel(axes: "Axes", panel: Panel, rows: list[str]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    for row in panel.rows:
        if row.name not in rows:
            continue
        for number, dot in enumerate(row.dots):
            place = rows.index(row.name) + (number - (len(row.dots) - 1) / 2) * _LEVELS / len(row.dots)
            axes.plot([dot.low, dot.high], [place, place], color=dot.colour, linewidth=1.0, alpha=0.6, marker="")
            axes.plot([dot.value], [place], dot.marker, color=dot.colour, label=dot.name, zorder=3, markersize=3.5)
    to_axes = axes.transData + axes.transAxes.inverted()
    for number, line in enumerate(reversed(panel.lines)):
        axes.axvline(line.value, color=INK, linewidth=0.7, linestyle=(0, (1, 2)))
        across = float(to_axes.transform((line.value, 0))[0])
        axes.annotate(
            line.name,
            (across, 1),
            (0, 2 + 72 * _TEXT * number),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="left" if across < 0.5 else "right",
            va="bottom",
            fontsize=7,
            color=FAINT,
        )
    if panel.title:
        axes.set_title(panel.title, loc="left", pad=3 + 72 * _TEXT * len(panel.lines))
