"""Losses of the generators' training, one figure per generator: a panel for each of its networks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fer.report.figures.figure import Figure
from fer.report.figures.style import NARROW, SERIES, WIDE, plottable
from fer.report.format import score
from fer.report.results import NetworkResult, StudyResults

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_PANELS = 12
ACROSS = 4
FEW = 2
"""Panels that a figure of the usual width holds."""


def loss_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure for each generator that was trained here."""
    by_generator: dict[str, list[NetworkResult]] = {}
    for network in results.networks:
        if _losses(network):
            by_generator.setdefault(network.run.generator, []).append(network)
    for number, (generator, networks) in enumerate(by_generator.items(), start=1):
        shown = networks[:MOST_PANELS]
        caption = f"{generator}. Losses against thousands of real images shown."
        if len(shown) < len(networks):
            caption += f" {len(shown)} of {len(networks)} networks are drawn; tables/histories.csv has all."
        yield Figure(
            name=f"generator-losses-{number}",
            title=f"{generator}: losses of its training",
            description=" ".join(_in_words(network) for network in shown),
            caption=caption,
            draw=lambda shown=shown: _draw(shown),  # type: ignore[misc]
            wide=len(shown) > FEW,
        )


def _losses(network: NetworkResult) -> list[str]:
    """Columns of its history that are losses, where it has any."""
    return [name for name in network.history if name.endswith("loss")] if "kimg" in network.history else []


def _title(network: NetworkResult) -> str:
    parts = [network.class_name or "", f"seed {network.run.seed}"]
    if network.run.ratio is not None:
        parts.append(f"ratio {network.run.ratio:g}")
    return " ".join(part for part in parts if part)


def _in_words(network: NetworkResult) -> str:
    ends = []
    for name in _losses(network):
        values = [value for value in network.history[name] if value is not None]
        if values:
            ends.append(f"{name.replace('_', ' ')} from {score(values[0])} to {score(values[-1])}")
    return f"{_title(network)}: {', '.join(ends)}."


def _draw(networks: list[NetworkResult]) -> "Drawing":
    from matplotlib.figure import Figure as Drawing

    down, across = -(-len(networks) // ACROSS), min(ACROSS, len(networks))
    width, height = (NARROW, 2.4) if len(networks) <= FEW else (WIDE, 0.45 + 1.55 * down)
    drawing = Drawing(figsize=(width, height))
    step, panel = (width - 0.1) / across, (height - 0.45) / down
    for place, network in enumerate(networks):
        row, column = divmod(place, ACROSS)
        bottom = height - 0.45 - panel * (row + 1) + 0.3
        axes = drawing.add_axes(
            ((0.4 + step * column) / width, bottom / height, (step - 0.4) / width, (panel - 0.52) / height),
            label=f"panel {place}",
        )
        for index, name in enumerate(_losses(network)):
            values = plottable(network.history[name])
            marker = "o" if len(values) == 1 else None
            colour = SERIES[index % len(SERIES)]
            label = name.replace("_", " ")
            axes.plot(
                plottable(network.history["kimg"]), values, color=colour, label=label, linewidth=1.1, marker=marker
            )
        axes.set_title(_title(network), loc="left", pad=3)
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.tick_params(labelsize=7)
    handles, names = drawing.axes[0].get_legend_handles_labels()
    drawing.legend(handles, names, loc="upper left", bbox_to_anchor=(0.06, 1.0), ncols=3, borderaxespad=0.2)
    return drawing
