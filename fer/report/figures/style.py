"""How figures look: sizes, colours that colour-blind readers tell apart and a dark page replaces, and quiet axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NARROW, WIDE = 4.3, 8.45
"""Inches across a figure that a phone shows whole, with text that can be read there, and across one that scrolls."""

INK, FAINT, RULE, PAPER = "#1c1b1a", "#6b6963", "#dcd9d2", "#fffffe"

# Okabe and Ito, Color Universal Design (2008), with a dark brown in place of yellow, in an order whose neighbours
# differ most: as many as the published study has classifiers.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f4f24")

ON_PAGE = {INK: "--ink", FAINT: "--faint", RULE: "--rule", PAPER: "--paper"} | {
    colour: f"--series-{number}" for number, colour in enumerate(SERIES, start=1)
}
"""Variables of the page's style sheet that take the place of colours in an inline SVG."""

MARKERS = ("o", "s", "^", "D", "v", "P", "<")


def figure_settings(name: str) -> dict[str, Any]:
    """matplotlib settings of the figure of this name, whose ids in SVG are then its own and always the same."""
    return {
        "svg.hashsalt": name,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 8,
        "text.parse_math": False,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.titlesize": 8,
        "axes.titleweight": "bold",
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": PAPER,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "lines.linewidth": 1.4,
        "lines.markersize": 4.5,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "legend.handlelength": 1.8,
        "legend.columnspacing": 1.4,
    }


def series(index: int) -> dict[str, Any]:
    """Colour and marker of the ``index``-th series; after the last colour they begin again with other markers."""
    return {
        "color": SERIES[index % len(SERIES)],
        "marker": MARKERS[(index + index // len(SERIES)) % len(MARKERS)],
    }


def plottable(values: Sequence[float | None]) -> list[float]:
    """Numbers for matplotlib, which leaves a gap where one is missing."""
    return [float("nan") if value is None else value for value in values]


def nice_top(values: list[float]) -> float:
    """The upper end of a score's axis that begins at 0: a tenth above the largest value, at most 1."""
    return min(1.0, 1.1 * max(values, default=1.0)) or 1.0


def unit_ticks(axes: "Axes", top: float) -> None:
    """A score's axis from 0 to ``top``."""
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
