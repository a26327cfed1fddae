"""The published numbers stand as they were printed, with ours beside them wherever a study has the same place."""

from typing import Any

import pytest

from fer.cells import Cell
from fer.classifiers.registry import CLASSIFIERS
from fer.plan import Task
from fer.report.figures.ratio import ratio_figures_by_generator
from fer.report.figures.resolution import resolution_figures
from fer.report.figures.stopping import stopping_figures
from fer.report.published.numbers import PARAMETERS, SYNTHETIC_MACRO_F1
from fer.report.results import StudyResults
from fer.report.tables.published_cnn import cnn_table
from fer.report.tables.published_index import index_table
from fer.report.tables.published_measures import OTHER_BINS, measures_table
from fer.report.tables.published_parameters import parameters_table
from fer.report.tables.published_resemotenet import resemotenet_table
from fer.report.tables.published_stopping import stopping_table
from fer.report.tables.published_synthetic import synthetic_table
from fer.report.tables.table import Table
from fer.studies import built_in_text
from tests.reports import made_up


def paper_score(cell: Cell) -> float:
    """0.5 on all real images; samples of 64 px are 0.02 better than those of 32, and twice as many do harm."""
    if cell.generator is None:
        return 0.5 * max(cell.ratio, 0.2)
    added = 0.02 if "64" in cell.generator else 0.0
    return 0.2 + 0.2 * cell.ratio + added - 0.05 * (cell.volume - 1)


@pytest.fixture(scope="module")
def paper() -> StudyResults:
    """The published grid, all of it finished."""
    return made_up(built_in_text("paper"), score=paper_score)


@pytest.fixture(scope="module")
def other() -> StudyResults:
    """A study that shares no place with the published one but the networks' sizes."""
    return made_up()


def row_of(table: Table, **wanted: Any) -> dict[str, Any]:
    (row,) = (dict(row) for row in table.rows if all(row[key] == value for key, value in wanted.items()))
    return row


def test_table_1_has_their_order_and_numbers_and_ours_agree_within_a_tenth(paper: StudyResults) -> None:
    rows = parameters_table(paper).rows
    assert [row["theirs"] for row in rows] == [3.5, 5.3, 5.4, 8.0, 11.7, 25.6, 28.6, 3.6, 80.2]
    assert all(abs(row["ours"] - row["theirs"]) < 0.1 for row in rows)
    assert CLASSIFIERS.keys() == PARAMETERS.keys()


def test_the_table_says_which_classifiers_a_study_trains(other: StudyResults) -> None:
    trained = {row["classifier"]: row["trained"] for row in parameters_table(other).rows}
    assert (trained["cnn"], trained["resnet18"]) == ("yes", "no")


def test_table_2_has_all_their_numbers_and_ours_beside_them(paper: StudyResults) -> None:
    table = synthetic_table(paper)
    row = row_of(table, classifier="convnext_tiny")
    assert (row["stylegan2-64_theirs"], row["stylegan2-64-ada_theirs"], row["stylegan2-32_theirs"]) == (
        0.2344,
        0.2429,
        0.2533,
    )
    assert (row["stylegan2-64_ours"], row["stylegan2-32_ours"]) == pytest.approx((0.22, 0.2))
    assert [row["classifier"] for row in table.rows] == list(SYNTHETIC_MACRO_F1)
    columns = [(column.group, column.heading) for column in table.columns[1:]]
    assert columns == [
        (name, side) for name in ("64 px", "64 px, ADA", "32 px") for side in ("theirs", "ours", "95 % interval")
    ]
    assert row["stylegan2-64_ours_low"] < 0.22 < row["stylegan2-64_ours_high"]


def test_their_numbers_are_shown_where_a_study_has_none(other: StudyResults) -> None:
    row = row_of(synthetic_table(other), classifier="resnet50")
    assert row["stylegan2-32_theirs"] == 0.1746
    assert row["stylegan2-32_ours"] is None
    assert row_of(cnn_table(other), training_set="samples alone")["accuracy_theirs"] == 0.29
    assert row_of(measures_table(other), measure="Fréchet distance", generator="stylegan2-64-ada")["ours"] is None


def test_a_generator_is_matched_by_its_model_not_by_its_name() -> None:
    text = (
        "name: g\ngenerators: {mine: {model: stylegan2-64}}\ngrids:\n"
        "  - {name: main, generators: [mine], classifiers: [resnet18], ratios: [0.0, 1.0]}\n"
    )
    table = synthetic_table(made_up(text))
    assert row_of(table, classifier="resnet18")["stylegan2-64_ours"] == pytest.approx(0.23)
    assert "mine (stylegan2-64), one network for all classes, 1,000 thousand images shown" in table.note


def test_the_cnn_on_twice_as_many_samples_stands_beside_theirs(paper: StudyResults) -> None:
    table = cnn_table(paper)
    assert [(row["accuracy_theirs"], row["auroc_theirs"]) for row in table.rows] == [
        (0.61, 0.88),
        (0.29, 0.68),
        (0.15, None),
    ]
    assert [row["accuracy_ours"] for row in table.rows] == pytest.approx([0.6, 0.32, 0.27])
    assert all(row["accuracy_ours_interval"] for row in table.rows)
    assert all(row["auroc_ours_interval"] for row in table.rows)
    assert [row["auroc_ours"] for row in table.rows] == pytest.approx([0.8, 0.52, 0.47])


def test_resemotenet_has_the_accuracies_of_the_epoch_that_was_kept(paper: StudyResults) -> None:
    row = row_of(resemotenet_table(paper), training_set="all real")
    assert row["theirs"] == "0.58 to 0.60"
    assert (row["validation"], row["test"]) == pytest.approx((0.61, 0.6))
    assert row["test_interval"] == f"{row['test_low']:.3f} to {row['test_high']:.3f}"
    assert row["train"] == pytest.approx((0.5 + 0.2) * (1 - 2.718281828 ** (-2.5)), rel=1e-6)


def test_epochs_at_early_stopping_stand_beside_theirs(paper: StudyResults) -> None:
    alone = row_of(stopping_table(paper), training_set="samples alone")
    assert (alone["theirs"], alone["ours"], alone["by_patience"], alone["cells"]) == ("about 15", 6.0, 23, 23)
    (figure,) = stopping_figures(paper)
    assert "convnext_tiny: 6 on stylegan2-32, 6 on stylegan2-64, 6 on stylegan2-64-ada, 6 on all real." in (
        figure.description
    )
    gone = made_up(missing=lambda task: ("failed", "why") if task.stage == "train" else None)
    assert list(stopping_figures(gone)) == []
    assert row_of(stopping_table(gone), training_set="all real")["ours"] is None


def test_a_distance_in_other_features_is_no_comparison(paper: StudyResults) -> None:
    rows = [dict(row) for row in measures_table(paper).rows]
    theirs = [(row["generator"], row["theirs"], row["ours"], row["floor"]) for row in rows if row["measure"][0] == "F"]
    assert theirs == [
        ("cgan-48", "141.6", 10.0, 1.0),
        ("cgan-48", "141.6", 20.0, 2.0),
        ("stylegan2-64-ada", "about 8", 10.0, 1.0),
        ("stylegan2-64-ada", "about 8", 20.0, 2.0),
    ]
    assert {row["comparable"] for row in rows} == {"no: other features", OTHER_BINS}
    divergence = [row for row in rows if row["measure"] == "Jensen-Shannon" and row["generator"] == "cgan-48"]
    assert [(row["theirs"], row["ours"], row["floor"]) for row in divergence] == [
        ("0.5499", 0.5, 0.125),
        ("0.5499", 0.3, 0.075),
    ]


def test_every_item_of_theirs_says_how_much_of_it_is_here(paper: StudyResults) -> None:
    found = {row["theirs"]: row["found"] for row in index_table(paper).rows}
    assert found.pop("Text") == "all are here, with other features or bins"
    assert set(found.values()) == {"all are here"}
    assert len(found) == 10


def test_an_item_that_is_not_finished_or_not_planned_says_so(other: StudyResults) -> None:
    def without_adaptive(task: Task) -> tuple[str, str] | None:
        gone = task.cell is not None and task.cell.generator == "stylegan2-64-ada"
        return ("failed", "why") if gone or task.stage == "assess" else None

    partly = {
        row["theirs"]: row["found"]
        for row in index_table(made_up(built_in_text("paper"), missing=without_adaptive)).rows
    }
    assert partly["Table 2"] == "14 of 21 are here, 7 not finished yet"
    assert partly["Figure 7"] == "no generator is assessed yet"
    elsewhere = {row["theirs"]: row["found"] for row in index_table(other).rows}
    assert elsewhere["Table 2"] == "not part of this study"
    assert elsewhere["Figure 9"] == "1 of 3 are here, 2 not part of this study"


def test_an_item_whose_figure_shows_other_classifiers_and_generators_counts_these(other: StudyResults) -> None:
    found = {row["theirs"]: row["found"] for row in index_table(other).rows}
    of_theirs = "training sets of this study are here; of theirs: not part of this study"
    assert found["Figure 4"] == f"4 of 4 {of_theirs}"
    assert found["Figure 5"] == "not part of this study"
    assert found["Figure 6"] == f"2 of 2 {of_theirs}"
    text = (
        "name: g\ngenerators: {stylegan2-32: {}, stylegan2-64: {}}\ngrids:\n"
        "  - {name: main, generators: [stylegan2-32, stylegan2-64], classifiers: [cnn], ratios: [0.0, 0.5, 1.0]}\n"
    )

    def no_mix_of_half(task: Task) -> tuple[str, str] | None:
        return ("failed", "why") if task.cell is not None and task.cell.ratio == 0.5 else None

    found = {row["theirs"]: row["found"] for row in index_table(made_up(text, missing=no_mix_of_half)).rows}
    assert [found[f"Figure {number}"] for number in (4, 5, 6)] == [
        f"3 of 5 {of_theirs}",
        f"2 of 4 {of_theirs}",
        f"3 of 3 {of_theirs}",
    ]


def test_how_our_generators_were_trained_is_said_only_beside_their_numbers() -> None:
    text = (
        "name: g\ngenerators: {stylegan2-32: {}, stylegan2-64: {}}\ngrids:\n"
        "  - {name: one, generators: [stylegan2-32], classifiers: [cnn], ratios: [0.0]}\n"
        "  - {name: two, generators: [stylegan2-64], classifiers: [resnet18], ratios: [0.0]}\n"
    )
    note = synthetic_table(made_up(text)).note
    assert "Ours: stylegan2-64, one network" in note
    assert "stylegan2-32" not in note


def test_accuracy_at_both_resolutions_has_a_panel_for_each_ratio(paper: StudyResults, other: StudyResults) -> None:
    (figure,) = resolution_figures(paper)
    assert figure.description.startswith("real ratio 0.0: convnext_tiny 0.300 at 32 px, 0.320 at 64 px;")
    assert figure.description.count("real ratio") == 4
    assert list(resolution_figures(other)) == []


def test_macro_f1_against_the_ratio_is_drawn_per_generator_with_their_numbers(paper: StudyResults) -> None:
    figures = {figure.title.partition(":")[0]: figure for figure in ratio_figures_by_generator(paper)}
    assert figures.keys() == {"stylegan2-32", "stylegan2-64", "stylegan2-64-ada"}
    assert (
        "densenet121: 0.200 at 0.0, 0.220 at 0.1, 0.260 at 0.3, 0.300 at 0.5, 0.500 at 1.0; published: 0.198 at 0.0."
        in (figures["stylegan2-32"].description)
    )


def test_a_generator_with_one_classifier_needs_no_figure_of_its_own(other: StudyResults) -> None:
    assert list(ratio_figures_by_generator(other)) == []
