"""Which label is read of samples, by the label asked for: a panel each for the reader and the judge."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fer.report.figures.figure import Figure
from fer.report.figures.style import FAINT, INK, SERIES
from fer.report.format import share
from fer.report.results import StudyResults
from fer.report.runs import first_assessments, run_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

ROLES = ("reader", "judge")
MOST_CLASSES = 12
"""With more, the numbers would not fit; report.json has all."""
_SIZE = 0.38
_NAMES = 0.95


def confusion_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each assessed generator."""
    for number, assessment in enumerate(first_assessments(results), start=1):
        fidelity, classes = assessment.figures["fidelity"], [str(name) for name in assessment.figures["classes"]]
        if len(classes) > MOST_CLASSES:
            continue
        yield Figure(
            name=f"labels-read-{number}",
            title=f"{assessment.run.generator}: labels asked for, and labels read",
            description=" ".join(_in_words(role, fidelity[role], classes) for role in ROLES),
            caption=f"{assessment.run.generator}, {run_in_words(assessment.run)}. Rows are labels asked for, columns "
            "labels read, in per cent of the row.",
            draw=lambda fidelity=fidelity, classes=classes: _draw(fidelity, classes),  # type: ignore[misc]
            wide=True,
        )


def _shares(confusion: list[list[int]]) -> list[list[float | None]]:
    """Rows as shares; None where a label was not asked for."""
    return [[count / sum(row) if sum(row) else None for count in row] for row in confusion]


def _in_words(role: str, found: Mapping[str, Any], classes: list[str]) -> str:
    rows = _shares(found["confusion"])
    read = [f"{name} {share(value)}" for i, name in enumerate(classes) if (value := rows[i][i]) is not None]
    return f"The {role} reads the label asked for of {share(found['agreement'])} of the samples: {', '.join(read)}."


def _draw(fidelity: Mapping[str, Any], classes: list[str]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    side = _SIZE * len(classes)
    width, height = 2 * (_NAMES + side) + 0.3, side + 0.95
    drawing = Drawing(figsize=(width, height))
    for place, role in enumerate(ROLES):
        found = fidelity[role]
        axes = drawing.add_axes(
            ((_NAMES + place * (_NAMES + side + 0.2)) / width, 0.05 / height, side / width, side / height),
            label=role,
        )
        _panel(axes, _shares(found["confusion"]), classes)
        axes.set_title(f"{role} ({found['classifier']}): {share(found['agreement'])}", loc="left", pad=42)
    return drawing


def _panel(axes: "Axes", rows: list[list[float | None]], classes: list[str]) -> None:
    from matplotlib.patches import Rectangle

    count = len(classes)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is None:
                continue
            shade = Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, facecolor=SERIES[0], alpha=0.6 * value)
            axes.add_patch(shade)
            weight = "bold" if row == column else "normal"
            axes.text(
                column + 0.5, row + 0.52, f"{100 * value:.0f}", ha="center", va="center", fontsize=7, fontweight=weight
            )
    axes.set_xlim(0, count)
    axes.set_ylim(count, 0)
    places = [place + 0.5 for place in range(count)]
    axes.set_xticks(places, classes, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks(places, classes)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=7, labelcolor=INK, color=FAINT)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
