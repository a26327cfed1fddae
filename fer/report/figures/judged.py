"""What the judge says of each generator's snapshots, against the time that its training took until then."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fer.report.figures.figure import Figure
from fer.report.figures.labels import End, label_ends
from fer.report.figures.style import NARROW, nice_top, plottable, series
from fer.report.format import level, percent
from fer.report.results import NetworkResult, StudyResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

MOST_LINES = 6
LEAST_SNAPSHOTS = 2
"""One is no line, and the table of trained generators has its figures."""


def judged_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure of both figures of the judge, where a network of all classes has several snapshots."""
    first: dict[str, NetworkResult] = {}
    for network in results.networks:
        # A class's own network cannot mistake its label, so that agreement means something else there.
        if network.class_name is None and len(network.snapshots.get("seconds", ())) >= LEAST_SNAPSHOTS:
            first.setdefault(network.run.generator, network)
    if not first:
        return
    generators = list(results.planned.study.generators)
    shown = [(generators.index(name), network) for name, network in list(first.items())[:MOST_LINES]]
    left_out = len(first) - len(shown)
    more = f" {left_out} more generators are not drawn; tables/histories.csv has all." if left_out else ""
    yield Figure(
        name="judge-against-time",
        title="The judge’s verdicts while generators train",
        description=" ".join(_in_words(network) for _, network in shown),
        caption="How often the judge reads the label that a sample was asked for, and the Fréchet distance of its "
        "features of samples to those of real validation images, against minutes of training on the machine that did "
        f"it: of each generator the first trained network with more than one snapshot.{more}",
        draw=lambda: _draw(shown),
    )


def _minutes(network: NetworkResult) -> list[float]:
    return [value / 60 for value in plottable(network.snapshots["seconds"])]


def _in_words(network: NetworkResult) -> str:
    agreement, frechet = (plottable(network.snapshots[name]) for name in ("agreement", "frechet"))
    return (
        f"{network.run.generator}, {len(frechet)} snapshots in {level(_minutes(network)[-1])} minutes: "
        f"agreement from {percent(agreement[0])} to {percent(agreement[-1])}, distance from {level(frechet[0])} to "
        f"{level(frechet[-1])}, at best {level(min(frechet))}."
    )


def _draw(shown: Sequence[tuple[int, NetworkResult]]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    width, height = NARROW, 4.2
    drawing = Drawing(figsize=(width, height))
    longest = max(_minutes(network)[-1] for _, network in shown)
    for place, (column, title) in enumerate(
        [("agreement", "Agreement with the labels asked for"), ("frechet", "Fréchet distance")]
    ):
        bottom = (height - 0.3 - 1.55) - 1.95 * place
        axes = drawing.add_axes((0.45 / width, bottom / height, 2.55 / width, 1.5 / height), label=column)
        ends = _lines(axes, shown, column)
        axes.set_title(title, loc="left", pad=5)
        axes.set_xlim(0, longest * 1.02 or 1)
        top = max(max(plottable(network.snapshots[column])) for _, network in shown)
        axes.set_ylim(0, nice_top([top]) if column == "agreement" else 1.1 * top or 1)
        if place == 1:
            axes.set_xlabel("minutes of training")
        label_ends(axes, ends)
    return drawing


def _lines(axes: "Axes", shown: Sequence[tuple[int, NetworkResult]], column: str) -> list[End]:
    ends = []
    for index, network in shown:
        look, minutes, values = series(index), _minutes(network), plottable(network.snapshots[column])
        axes.plot(minutes, values, **look, markersize=3)
        ends.append(End(network.run.generator, minutes[-1], values[-1], look["color"]))
    return ends
