"""What the whole study costs: hours spent, hours to come, and money at a price per GPU hour."""

from typing import Any

from fer.report.expense import Expense, expenses
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table

DEVICES = {"gpu": "GPU hours", "cpu": "CPU core hours"}
_NO_GPU = "No task held a GPU here, so that a price per GPU hour says nothing of this study."


def expense_table(results: StudyResults) -> Table | None:
    """One row per stage and kind of place, and one for everything; with a price, what each costs."""
    found = expenses(results)
    if not any(expense.finished for expense in found):
        return None
    rows = [_row(expense) for expense in found]
    rows.append(_total(rows))
    used = [device for device in DEVICES if rows[-1][f"{device}_seconds"]]
    priced = results.gpu_hour is not None and "gpu" in used
    if results.gpu_hour is not None and priced:
        rows = [{**row, "cost": results.gpu_hour.price * row["gpu_seconds"] / 3600} for row in rows]
    unknown = rows[-1]["unknown"] > 0
    columns = [
        Column("stage", "Stage", head=True),
        Column("of", "Of", head=True),
        Column("tasks", "Tasks", "whole"),
        Column("finished", "Finished", "whole"),
        *(
            Column(f"{device}_{key}", heading, "hours", group=DEVICES[device])
            for device in used
            for key, heading in (("spent", "spent"), ("expected", "to come"), ("seconds", "together"))
        ),
        *([Column("unknown", "Without estimate", "whole")] if unknown else []),
        *([Column("cost", _heading(results), "money")] if priced else []),
    ]
    return Table("expense", "What the whole study takes", columns, rows, _note(results, priced, unknown))


def _row(expense: Expense) -> dict[str, Any]:
    row: dict[str, Any] = {
        "stage": expense.stage,
        "of": expense.of,
        "tasks": expense.tasks,
        "finished": expense.finished,
    }
    for device in DEVICES:
        spent, expected = expense.spent.get(device, 0.0), expense.expected.get(device, 0.0)
        row |= {f"{device}_spent": spent, f"{device}_expected": expected, f"{device}_seconds": spent + expected}
    row["unknown"] = expense.unknown
    return row


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: "all" if key == "stage" else "" if key == "of" else sum(row[key] for row in rows) for key in rows[0]}


def _heading(results: StudyResults) -> str:
    currency = results.gpu_hour.currency if results.gpu_hour else ""
    return f"Cost, {currency}" if currency else "Cost"


def _note(results: StudyResults, priced: bool, unknown: bool) -> str:
    sentences = [
        "What is to come is estimated: a missing task is taken to last as long as the median of this study’s finished "
        "ones of the same kind (stage, data, network, budget). Counted are the artifacts that this report rests on: "
        "not what was made before them and set aside or made anew, nor what a killed attempt had done since its last "
        "checkpoint."
    ]
    if unknown:
        sentences.append(
            "Those without an estimate are like no finished one, and count nothing: sums are lower limits."
        )
    if results.gpu_hour is not None:
        price = f"{results.gpu_hour.price:,.2f} {results.gpu_hour.currency}".strip()
        sentences.append(f"Costs are at {price} per GPU hour, CPUs without cost." if priced else _NO_GPU)
    return " ".join(sentences)
