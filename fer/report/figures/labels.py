"""Names beside the ends of lines, in place of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fer.report.figures.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_HEIGHT = 0.135
"""Inches from one name to the next, at the figures' size of type."""
_REACH = 0.22
"""Inches between a line's end and its name."""


@dataclass(frozen=True)
class End:
    """Where a line ends, and its name."""

    name: str
    x: float
    y: float
    colour: str


def label_ends(axes: "Axes", ends: Sequence[End]) -> None:
    """Write each name right of the axes, as near to its line's end as the others let it, with a thin line between.

    The limits of the axes must be set before, and there must be room for the names beside them.
    """
    width, height = axes.bbox.width / axes.figure.dpi, axes.bbox.height / axes.figure.dpi  # in inches
    heights = [axes.transAxes.inverted().transform(axes.transData.transform((end.x, end.y))) for end in ends]
    for end, (x, y), place in zip(ends, heights, spread([y for _, y in heights], LINE_HEIGHT / height), strict=True):
        right = 1 + _REACH / width
        axes.plot(
            [x + 0.03 / width, right - 0.03 / width],
            [y, place],
            transform=axes.transAxes,
            color=end.colour,
            linewidth=0.7,
            linestyle=(0, (1, 1.5)),
            clip_on=False,
            marker="",
        )
        axes.text(right, place, end.name, transform=axes.transAxes, va="center", ha="left", color=INK, fontsize=7)


def spread(positions: Sequence[float], gap: float, low: float = 0.0, high: float = 1.0) -> list[float]:
    """The nearest positions (in least squares) that are ``gap`` apart, in the same order.

    They are kept between ``low`` and ``high`` where they fit there.
    """
    from scipy.optimize import isotonic_regression

    if not positions:
        return []
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    # Less a gap for each one below it, a position may equal the one before but not fall below it.
    free = isotonic_regression([positions[index] - place * gap for place, index in enumerate(order)]).x
    last = max(low, high - (len(positions) - 1) * gap)
    found = [0.0] * len(positions)
    for place, index in enumerate(order):
        found[index] = float(min(max(free[place], low), last)) + place * gap
    return found
