"""Accuracy at 32 and at 64 px, a row per classifier and a panel per ratio: the published Figure 5."""

from collections.abc import Iterator

from fer.report.evidence import mean_of
from fer.report.figures.dots import Dot, Panel, Row, draw_rows, shown_rows
from fer.report.figures.figure import Figure
from fer.report.figures.style import SERIES
from fer.report.format import ratio, score
from fer.report.published.numbers import PLAIN, SMALL
from fer.report.published.places import generators_of_models
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of

LOOKS = {SMALL: ("32 px", SERIES[1], "s"), PLAIN: ("64 px", SERIES[0], "o")}


def resolution_figures(results: StudyResults) -> Iterator[Figure]:
    """One figure where any classifier has finished cells of both resolutions at the same ratio."""
    generators = generators_of_models(results)
    if not LOOKS.keys() <= generators.keys():
        return
    found = {
        (group.ratio, group.classifier, group.generator): group
        for group in groups_of(results)
        if group.finished and group.volume == 1
    }
    panels = []
    for place in sorted({key[0] for key in found if key[2] is not None}):
        rows = [
            row
            for classifier in dict.fromkeys(key[1] for key in found)
            if (row := _row(results, classifier, [found.get((place, classifier, generators[m])) for m in LOOKS]))
        ]
        if rows:
            panels.append(Panel(f"real ratio {ratio(place)}", rows))
    if not panels:
        return
    yield Figure(
        name="accuracy-by-resolution",
        title="Accuracy with samples of 32 and of 64 px",
        description=" ".join(_in_words(panel) for panel in panels),
        caption=f"Test accuracy (official) with samples of {generators[SMALL]} and of {generators[PLAIN]}, by "
        f"classifier. Lines are 95 % intervals.{shown_rows(panels)}",
        draw=lambda: draw_rows(panels, "accuracy", from_zero=False),
        wide=len(panels) > 1,
    )


def _row(results: StudyResults, classifier: str, groups: list[Group | None]) -> Row | None:
    means = [mean_of(results, group, "accuracy") if group else None for group in groups]
    dots = [
        Dot(name, mean.value, mean.interval.low, mean.interval.high, colour, marker)
        for mean, (name, colour, marker) in zip(means, LOOKS.values(), strict=True)
        if mean is not None
    ]
    return Row(classifier, dots) if len(dots) == len(LOOKS) else None


def _in_words(panel: Panel) -> str:
    rows = [f"{row.name} {', '.join(f'{score(dot.value)} at {dot.name}' for dot in row.dots)}" for row in panel.rows]
    return f"{panel.title}: {'; '.join(rows)}."
