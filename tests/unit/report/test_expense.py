"""What a whole study takes: hours that were spent, hours to come from finished tasks of the same kind, and money."""

from dataclasses import replace
from typing import Any

import pytest

from fer.plan import Task
from fer.report.results import GpuHour, Made, StudyResults
from fer.report.tables.expense import expense_table
from tests.reports import made_up
from tests.unit.report.rows import rows_of as table_rows

GPU = "NVIDIA H100"


def on_gpu(results: StudyResults, *stages: str) -> StudyResults:
    """The same results, with these stages' tasks made on a GPU."""
    made = [
        Made(one.task, one.manifest.model_copy(update={"device": GPU})) if one.task.stage in stages else one
        for one in results.made
    ]
    return replace(results, made=made)


def rows_of(results: StudyResults, **wanted: Any) -> list[dict[str, Any]]:
    return table_rows(expense_table(results), **wanted)


def headings(results: StudyResults) -> list[str]:
    table = expense_table(results)
    assert table is not None
    return [column.heading for column in table.columns]


def one_seed(task: Task) -> tuple[str, str] | None:
    return ("not started", "never started") if task.coordinates.get("seed") == "1" else None


def test_a_finished_study_has_spent_what_its_manifests_say() -> None:
    (train,) = rows_of(made_up(), stage="train", of="cnn")
    assert (train["tasks"], train["finished"], train["cpu_spent"]) == (12, 12, 12 * 190.0)
    assert (train["cpu_expected"], train["gpu_seconds"], train["unknown"]) == (0.0, 0.0, 0)
    (everything,) = rows_of(made_up(), stage="all")
    assert everything["cpu_seconds"] == len(made_up().made) * 190.0


def test_missing_tasks_take_as_long_as_the_median_of_finished_ones_of_their_kind() -> None:
    results = made_up(missing=one_seed)
    seconds = iter([100.0, 200.0, 1000.0, 200.0, 100.0, 300.0])
    made = [
        Made(one.task, one.manifest.model_copy(update={"device_seconds": next(seconds)}))
        if one.task.stage == "train"
        else one
        for one in results.made
    ]
    (train,) = rows_of(replace(results, made=made), stage="train", of="cnn")
    assert (train["tasks"], train["finished"], train["cpu_spent"]) == (12, 6, 1900.0)
    assert train["cpu_expected"] == 6 * 200.0
    assert train["cpu_seconds"] == 3100.0


def test_tasks_that_are_like_no_finished_one_are_counted_and_said_to_be_left_out() -> None:
    results = made_up(missing=lambda task: ("not started", "never") if task.stage == "train" else None)
    (train,) = rows_of(results, stage="train", of="cnn")
    assert (train["unknown"], train["cpu_seconds"]) == (12, 0.0)
    table = expense_table(results)
    assert table is not None
    assert "Without estimate" in headings(results)
    assert "sums are lower limits" in table.note
    assert "Without estimate" not in headings(made_up())


def test_gpu_hours_and_core_hours_are_told_apart_and_only_gpus_cost() -> None:
    results = replace(on_gpu(made_up(missing=one_seed), "train"), gpu_hour=GpuHour(2.5, "EUR"))
    (train,) = rows_of(results, stage="train", of="cnn")
    assert (train["gpu_spent"], train["gpu_expected"]) == (6 * 190.0, 6 * 190.0)
    assert train["cost"] == pytest.approx(2.5 * 12 * 190 / 3600)
    (gan,) = rows_of(results, stage="train-gan", of="weak")
    assert (gan["cost"], gan["cpu_spent"]) == (0.0, 190.0)
    (everything,) = rows_of(results, stage="all")
    assert everything["cost"] == pytest.approx(2.5 * 12 * 190 / 3600)
    table = expense_table(results)
    assert table is not None
    assert table.columns[-1].heading == "Cost, EUR"
    assert table.columns[-1].text(everything) == "1.58"
    assert "Costs are at 2.50 EUR per GPU hour" in table.note


def test_without_a_price_nothing_costs_anything() -> None:
    results = on_gpu(made_up(), "train")
    assert "Cost" not in headings(results)
    assert "cost" not in rows_of(results)[0]


def test_a_price_says_nothing_of_a_study_without_gpus() -> None:
    results = replace(made_up(), gpu_hour=GpuHour(2.5, ""))
    table = expense_table(results)
    assert table is not None
    assert "Cost" not in headings(results)
    assert not any("cost" in row for row in table.rows)
    assert "a price per GPU hour says nothing of this study" in table.note


def test_a_kind_that_ran_on_both_devices_is_expected_on_that_of_most() -> None:
    results = made_up(missing=one_seed)
    trained = [one for one in results.made if one.task.stage == "train"]
    moved = {one.task.digest for one in trained[:4]}
    made = [
        Made(one.task, one.manifest.model_copy(update={"device": GPU})) if one.task.digest in moved else one
        for one in results.made
    ]
    (train,) = rows_of(replace(results, made=made), stage="train", of="cnn")
    assert (train["gpu_expected"], train["cpu_expected"]) == (6 * 190.0, 0.0)


def test_preparing_the_data_set_counts_too() -> None:
    results = made_up()
    prepared = results.made[0].manifest.model_copy(update={"device_seconds": 40.0})
    first, *_ = rows_of(replace(results, prepared=prepared))
    assert (first["stage"], first["tasks"], first["cpu_spent"]) == ("prepare", 1, 40.0)
    (everything,) = rows_of(replace(results, prepared=prepared), stage="all")
    assert everything["cpu_seconds"] == len(results.made) * 190.0 + 40.0


def test_nothing_finished_gives_no_table() -> None:
    assert expense_table(made_up(missing=lambda _: ("not started", "never started"))) is None
