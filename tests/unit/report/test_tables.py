"""The report's tables hold the right numbers, from results whose every number is known."""

import csv
import io
from typing import Any

import pytest

from fer.plan import Task
from fer.report.results import StudyResults
from fer.report.tables.assessed import copies_table, counts_table, pixels_table
from fer.report.tables.audit import audit_table, classes_table
from fer.report.tables.costs import cells_table, stages_table
from fer.report.tables.grid import grid_table, more_scores_table
from fer.report.tables.networks import networks_table
from fer.report.tables.provenance import artifacts_table, missing_table
from fer.report.tables.table import Column, Table
from fer.report.tables.worth import worth_table
from tests.reports import REUSED, made_up
from tests.unit.report.rows import rows_of


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return made_up()


def test_the_grid_has_a_row_for_every_training_set_controls_and_all_real_too(results: StudyResults) -> None:
    found = [(row["training_set"], row["ratio"]) for row in rows_of(grid_table(results))]
    assert found == [
        ("weak", 0.0),
        ("weak", 0.5),
        ("strong", 0.5),
        ("real alone", 0.1),
        ("real alone", 0.5),
        ("all real", 1.0),
    ]


def test_the_grid_has_means_and_spread_over_seeds_official_and_leak_free(results: StudyResults) -> None:
    (row,) = rows_of(grid_table(results), training_set="weak", ratio=0.5)
    assert row["macro_f1"] == pytest.approx((0.37 + 0.38) / 2)
    assert row["macro_f1_sd"] == pytest.approx(0.01 / 2**0.5)
    assert (row["macro_f1_smallest"], row["macro_f1_largest"]) == pytest.approx((0.37, 0.38))
    assert row["macro_f1_low"] < 0.37 < 0.38 < row["macro_f1_high"], "the ends of the interval, as in all other tables"
    assert row["macro_f1_leak_free"] == pytest.approx(0.375 - 0.005)
    assert row["accuracy"] == pytest.approx(0.475)
    assert row["accuracy_leak_free"] == pytest.approx(0.47)
    assert row["auroc_leak_free"] == pytest.approx(row["auroc"] - 0.005)
    assert (row["seeds"], row["seeds_shown"], row["real_images"]) == (2, "2", 14354)


def test_every_score_on_the_page_has_its_interval_beside_it(results: StudyResults) -> None:
    for make, names in (
        (grid_table, ("macro_f1", "macro_f1_leak_free")),
        (more_scores_table, ("accuracy", "accuracy_leak_free", "auroc", "auroc_leak_free")),
    ):
        table = make(results)
        (row,) = rows_of(table, training_set="weak", ratio=0.5)
        assert table is not None
        keys = [column.key for column in table.columns]
        for name in names:
            assert keys[keys.index(name) + 1] == f"{name}_interval"
            assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
            assert row[f"{name}_interval"] == f"{row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f}"


def test_the_images_that_are_trained_on_stand_beside_the_scores_and_the_costs(results: StudyResults) -> None:
    for table in (grid_table(results), cells_table(results)):
        trained = {(row["training_set"], row["ratio"]): row["trained"] for row in rows_of(table)}
        assert trained["all real", 1.0] == 25839  # of 28,709: every tenth is held out
        assert trained["weak", 0.5] == 25839
        assert trained["real alone", 0.1] == 2584
        assert table is not None
        (column,) = (column for column in table.columns if column.key == "trained")
        assert (column.heading, column.text(table.rows[0])) == ("Trained on", "25,839")
        assert "trained" in table.csv().splitlines()[0].split(",")


def test_a_mix_and_its_control_are_said_to_hold_out_the_same_real_images(results: StudyResults) -> None:
    for table in (grid_table(results), worth_table(results)):
        assert table is not None
        assert "held out" in table.note
        assert "the same real ones in a mix and in its control" in table.note
    costs = cells_table(results)
    assert costs is not None
    assert "Distinct images are those of the whole set, held out or not" in costs.note


def test_a_training_set_without_finished_cells_keeps_its_row(results: StudyResults) -> None:
    def no_controls(task: Task) -> tuple[str, str] | None:
        is_control = task.cell is not None and task.cell.is_control
        return ("failed", "no reason") if is_control else None

    (row,) = rows_of(grid_table(made_up(missing=no_controls)), training_set="real alone", ratio=0.1)
    assert (row["macro_f1"], row["trained"]) == (None, None)
    assert row["seeds_shown"] == "0 of 2"
    assert len(rows_of(grid_table(results))) == 6


def test_worth_is_the_mix_minus_its_control_at_each_ratio(results: StudyResults) -> None:
    table = worth_table(results)
    (weak,) = rows_of(table, generator="weak")
    (strong,) = rows_of(table, generator="strong")
    assert weak["worth"] == pytest.approx(0.02)
    assert strong["worth"] == pytest.approx(0.05)
    assert strong["worth_leak_free"] == pytest.approx(0.05)
    assert (weak["ratio"], weak["mix"], weak["control"]) == pytest.approx((0.5, 0.375, 0.355))


def test_worth_stands_beside_the_real_images_that_the_generator_had_seen(results: StudyResults) -> None:
    table = worth_table(results)
    assert rows_of(table, generator="weak")[0]["generator_had_seen"] == 28709
    assert rows_of(table, generator="strong")[0]["generator_had_seen"] == 14354  # real: match


def test_worth_compares_only_seeds_that_have_both() -> None:
    def one_control_less(task: Task) -> tuple[str, str] | None:
        cell = task.cell
        gone = cell is not None and cell.is_control and cell.ratio == 0.5 and cell.seed == 1
        return ("failed", "no reason") if gone else None

    (weak,) = rows_of(worth_table(made_up(missing=one_control_less)), generator="weak")
    assert weak["worth"] == pytest.approx(0.02)  # not 0.025, as the difference of the means would be
    assert weak["seeds"] == 1
    assert (weak["mix"], weak["control"]) == pytest.approx((0.37, 0.35))  # so that the columns' difference is the worth
    assert weak["mix"] - weak["control"] == pytest.approx(weak["worth"])


def test_rows_whose_seeds_share_a_generator_say_so_and_no_others() -> None:
    grid, worth = grid_table(made_up(REUSED)), worth_table(made_up(REUSED))
    shown = {(row["training_set"], row["ratio"]): row["seeds_shown"] for row in rows_of(grid)}
    assert shown == {
        ("weak", 0.0): "2, one generator",
        ("weak", 0.5): "2, one generator",
        ("strong", 0.5): "2",
        ("real alone", 0.1): "2",
        ("real alone", 0.5): "2",
        ("all real", 1.0): "2",
    }
    assert {row["generator"]: row["seeds_shown"] for row in rows_of(worth)} == {
        "weak": "2, one generator",
        "strong": "2",
    }
    for table in (grid, worth):
        assert table is not None
        assert "the spread holds for that generator only" in table.note


def test_a_reused_generator_is_no_matter_where_there_is_no_spread(results: StudyResults) -> None:
    for found in (results, made_up(REUSED.replace("seeds: [0, 1]", "seeds: [0]"))):
        for table in (grid_table(found), worth_table(found)):
            assert table is not None
            assert not [row for row in table.rows if "one generator" in row["seeds_shown"]]
            assert "that generator only" not in table.note


def test_assessments_become_rows(results: StudyResults) -> None:
    (counts,) = rows_of(counts_table(results), generator="weak", seed=0)
    assert (counts["anger_asked"], counts["anger_made"], counts["anger_shown"]) == (1000, 998, "998 of 1,000")
    assert counts["fear_shown"] == "1,222"
    (overall,) = rows_of(pixels_table(results), generator="weak", seed=0, **{"class": "all"})
    assert (overall["contrast_synthetic"], overall["contrast_real"], overall["images"]) == (48.1, 57.3, 512)
    (absent,) = rows_of(pixels_table(results), generator="weak", seed=0, **{"class": "disgust"})
    assert (absent["contrast_synthetic"], absent["images"]) == (None, 0)
    (copies,) = rows_of(copies_table(results), generator="weak", seed=0)
    assert (copies["of_training"], copies["duplicates"]) == (17, 23)
    assert (copies["equal_images"], copies["synthetic_of_training"], copies["real_of_training"]) == (6500, 3, 0)


def test_the_audit_is_shown(results: StudyResults) -> None:
    assert rows_of(audit_table(results), count=1516)[0]["finding"] == "Groups of identical images"
    assert rows_of(classes_table(results), **{"class": "all"})[0]["train"] == 28709


def test_seconds_are_summed_by_stage_and_given_by_cell(results: StudyResults) -> None:
    (train,) = rows_of(stages_table(results), stage="train")
    assert (train["tasks"], train["wall"], train["device_seconds"]) == (12, 1200.0, 2280.0)
    cells = rows_of(cells_table(results))
    assert len(cells) == 12
    assert {(row["wall_seconds"], row["device_seconds"], row["epochs"], row["stopped_by"]) for row in cells} == {
        (100.0, 190.0, 6, "patience")
    }
    assert all("Xeon" in row["machine"] for row in cells)


def test_a_diverged_generator_says_so() -> None:
    text = "name: g\ngenerators: {diverging: {model: cgan-48}, sound: {model: cgan-48, kimg: 7}}\n"
    table = networks_table(made_up(text))
    assert rows_of(table, generator="diverging")[0]["end"] == "diverged: a loss was no finite number at 40 kimg"
    assert rows_of(table, generator="sound")[0]["end"] == "as planned"


def test_what_the_judge_read_stands_beside_each_generator() -> None:
    text = "name: g\ngenerators: {diverging: {model: cgan-48}, sound: {model: cgan-48, kimg: 7}}\n"
    table = networks_table(made_up(text))
    (sound,), (faulty,) = (rows_of(table, generator=name) for name in ("sound", "diverging"))
    assert (sound["agreement"], sound["chance"], sound["frechet"]) == (0.414, 0.152, 61.7)
    assert sound["labels"] == "as asked for"
    assert faulty["labels"] == "labels say nothing about the samples"


def test_separate_networks_have_a_row_for_all_of_them_together() -> None:
    text = "name: g\ngenerators: {diverging: {model: cgan-48, classes: separate}, joint: {model: cgan-48, kimg: 7}}\n"
    table = networks_table(made_up(text, classes=("sad", "glad")))
    rows = [(row["generator"], row["class"], row["seen"], row["kimg"], row["end"]) for row in rows_of(table)]
    diverged = "diverged: a loss was no finite number at 40 kimg"
    assert rows == [
        ("diverging", "all", 400, 80.0, "2 of 2 diverged"),
        ("diverging", "sad", 200, 40.0, diverged),
        ("diverging", "glad", 200, 40.0, diverged),
        ("joint", None, 200, 40.0, "as planned"),
    ]


def test_every_missing_task_is_named_with_its_reason_and_command(results: StudyResults) -> None:
    assert missing_table(results) is None
    gone = made_up(missing=lambda task: ("killed", "out of memory") if task.stage == "train" else None)
    rows = rows_of(missing_table(gone))
    assert len(rows) == 12
    assert rows[0]["reason"] == "out of memory"
    assert rows[0]["command"] == "fer train --generator weak --classifier cnn --ratio 0 --seed 0"


def test_artifacts_are_named_in_full_with_their_code_and_machine(results: StudyResults) -> None:
    rows = rows_of(artifacts_table(results))
    assert len(rows) == len(results.made)
    assert rows[0]["artifact"] == f"evaluator/{results.made[0].task.digest}"
    assert rows[0]["code_version"] == "0.1.0+g1a2b3c4"
    assert rows[0]["libraries"] == "python 3.11.9, torch 2.15.0"


def test_csv_holds_full_precision_and_leaves_missing_figures_empty() -> None:
    rows: list[dict[str, Any]] = [
        {"name": 'a, "b"', "score": 1 / 3, "count": 2},
        {"name": "c", "score": None, "count": 3},
    ]
    table = Table("t", "T", [Column("name", "Name"), Column("score", "Score", "score")], rows)
    read = list(csv.DictReader(io.StringIO(table.csv())))
    assert read == [{"name": 'a, "b"', "score": str(1 / 3), "count": "2"}, {"name": "c", "score": "", "count": "3"}]
    assert [table.columns[1].text(row) for row in rows] == ["0.333", ""]
