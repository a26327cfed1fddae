"""Every table and figure of the published study: what it shows, and where this report has it, or why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fer.report.published.numbers import (
    CNN_SCORES,
    MODELS,
    PLAIN,
    RATIOS,
    RESEMOTENET_ACCURACY,
    SMALL,
    SYNTHETIC_MACRO_F1,
)
from fer.report.published.places import ALL_HERE, Place, Places, generators_of_models
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.tables import published_cnn, published_measures, published_resemotenet
from fer.report.tables.table import Column, Table

SEVEN = tuple(SYNTHETIC_MACRO_F1)


@dataclass(frozen=True)
class Item:
    """One table or figure of theirs."""

    theirs: str
    shows: str
    numbers: str
    """Which numbers they printed."""
    where: str
    """Where this report has the same."""
    found: Callable[[StudyResults], str]
    """How much of it there is."""


def index_table(results: StudyResults) -> Table:
    """One row per table and figure of theirs."""
    rows = [
        {
            "theirs": item.theirs,
            "shows": item.shows,
            "numbers": item.numbers,
            "found": item.found(results),
            "where": item.where,
        }
        for item in ITEMS
    ]
    columns = [
        Column("theirs", "Theirs", head=True),
        Column("shows", "Shows", "words"),
        Column("numbers", "They printed", "words"),
        Column("found", "Of this study", "words"),
        Column("where", "In this report", "words"),
    ]
    return Table("published", "The published study, item by item", columns, rows, block=0)


def _alone(models: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(Place(classifier, model, 0.0) for classifier in SEVEN for model in models)


def _real() -> tuple[Place, ...]:
    return tuple(Place(classifier, None, 1.0) for classifier in SEVEN)


def _mixes() -> tuple[Place, ...]:
    return tuple(
        Place(classifier, model, ratio) for classifier in SEVEN for model in MODELS for ratio in RATIOS if ratio < 1
    )


def _shown(shown: Callable[[StudyResults], Sequence[Group]], theirs: Sequence[Place]) -> Callable[[StudyResults], str]:
    """Of a figure of any classifiers and generators: how much there is of theirs, or else of all that is in it.

    ``shown``: the planned groups that it shows once they are finished.
    """

    def found(results: StudyResults) -> str:
        of_theirs, groups = Places(results).in_words(theirs), shown(results)
        if of_theirs == ALL_HERE or not groups:
            return of_theirs
        finished = sum(bool(group.finished) for group in groups)
        return f"{finished} of {len(groups)} training sets of this study are here; of theirs: {of_theirs}"

    return found


def _mixes_and_all_real(results: StudyResults) -> list[Group]:
    return [group for group in groups_of(results) if group.volume == 1 and (group.is_mix or group.ratio == 1)]


def _both_resolutions(results: StudyResults) -> list[Group]:
    generators = generators_of_models(results)
    if not {SMALL, PLAIN} <= generators.keys():
        return []
    names = {generators[SMALL], generators[PLAIN]}
    return [group for group in groups_of(results) if group.volume == 1 and group.generator in names]


def _alone_and_all_real(results: StudyResults) -> list[Group]:
    return [group for group in groups_of(results) if group.volume == 1 and group.ratio == (0 if group.is_mix else 1)]


def _cells(*places: Place) -> Callable[[StudyResults], str]:
    return lambda results: Places(results).in_words(places)


def _assessed(results: StudyResults) -> str:
    names = list(results.planned.study.generators)
    done = {assessment.run.generator for assessment in results.assessments}
    if not names:
        return "not part of this study: it has no generator"
    if not done:
        return "no generator is assessed yet"
    return ALL_HERE if len(done) == len(names) else f"{len(done)} of {len(names)} generators are here"


def _distances(results: StudyResults) -> str:
    there, printed = published_measures.beside(results)
    if there == printed:
        return f"{ALL_HERE}, with other features or bins"
    return f"{there} of {printed} are here"


def _parameters(_results: StudyResults) -> str:
    return ALL_HERE


_AMONG, _FIGURES = "“Samples among real images”", "“Resolution and early stopping”"
ITEMS = (
    Item("Table 1", "Parameters of nine classifiers", "all nine", "below", _parameters),
    Item("Table 2", "Macro-F1 on samples alone", "all 21", "below", _cells(*_alone(tuple(MODELS)))),
    Item("Figures 2, 3", "Sheets of samples", "none", "“Samples”", _assessed),
    Item(
        "Figure 4",
        "Macro-F1 against the real ratio, per generator",
        "none",
        "“Macro-F1 against the real ratio”",
        _shown(_mixes_and_all_real, (*_mixes(), *_real())),
    ),
    Item(
        "Figure 5",
        "Accuracy at 32 and at 64 px, per classifier",
        "none",
        _FIGURES,
        _shown(_both_resolutions, _alone((SMALL, PLAIN))),
    ),
    Item(
        "Figure 6",
        "Epochs at early stopping",
        "two, in words",
        _FIGURES,
        _shown(_alone_and_all_real, (*_alone(tuple(MODELS)), *_real())),
    ),
    Item("Figure 7", "t-SNE and principal components", "none", _AMONG, _assessed),
    Item("Figure 8", "t-SNE of each class", "none", _AMONG, _assessed),
    Item(
        "Figure 9",
        "A small network on real images, on samples, and on twice as many",
        "five of six",
        "below",
        _cells(*(published_cnn.place_of(scores) for scores in CNN_SCORES)),
    ),
    Item(
        "Figure 10",
        "ResEmoteNet’s curves of training, validation and test",
        "two, in words",
        "below, and “Training curves”",
        _cells(*(published_resemotenet.place_of(ratio) for ratio in RESEMOTENET_ACCURACY)),
    ),
    Item("Text", "Fréchet distances of two generators, and a Jensen-Shannon divergence", "three", "below", _distances),
)
