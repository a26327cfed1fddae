"""Which cells of a study stand at a place of the published one: by the generator's model, not by its name."""

from collections.abc import Iterable
from dataclasses import dataclass

from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of

ALL_HERE = "all are here"


@dataclass(frozen=True)
class Place:
    """A classifier and what it was trained on."""

    classifier: str
    model: str | None
    """Of the generator; None for all real images."""
    ratio: float
    volume: int = 1


class Places:
    """The groups of a study by place."""

    def __init__(self, results: StudyResults) -> None:
        """Where several generators have one model, the first of the study stands for it."""
        self._generators = generators_of_models(results)
        self._groups: dict[tuple[str, str | None, float, int], Group] = {
            (group.classifier, group.generator, group.ratio, group.volume): group for group in groups_of(results)
        }

    def generator(self, model: str) -> str | None:
        """The study's name for the generator of a model; None where it has none."""
        return self._generators.get(model)

    def planned(self, place: Place) -> Group | None:
        """The group at a place, finished or not; None where the study does not have it."""
        generator = None if place.model is None else self._generators.get(place.model)
        if generator is None and place.model is not None:
            return None
        return self._groups.get((place.classifier, generator, place.ratio, place.volume))

    def finished(self, place: Place) -> Group | None:
        """The group at a place where any of its cells is finished."""
        group = self.planned(place)
        return group if group is not None and group.finished else None

    def in_words(self, places: Iterable[Place]) -> str:
        """How many of these places the study has, and how many of those have finished cells."""
        wanted = list(places)
        planned = [place for place in wanted if self.planned(place) is not None]
        if not planned:
            return "not part of this study"
        finished = sum(self.finished(place) is not None for place in planned)
        there = ALL_HERE if finished == len(wanted) else f"{finished} of {len(wanted)} are here"
        parts = [there]
        if finished < len(planned):
            parts.append(f"{len(planned) - finished} not finished yet")
        if len(planned) < len(wanted):
            parts.append(f"{len(wanted) - len(planned)} not part of this study")
        return ", ".join(parts)


def generators_of_models(results: StudyResults) -> dict[str, str]:
    """The first generator of each model, by model."""
    study = results.planned.study
    found: dict[str, str] = {}
    for name in study.generators:
        found.setdefault(study.model_of(name), name)
    return found
