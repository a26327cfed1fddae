"""Writes the report: a page, a summary, all numbers as JSON, every table as CSV, every figure as SVG and PNG."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fer.report.answer import answers, headline
from fer.report.markdown import render_summary
from fer.report.page import Content, render_page
from fer.report.results import History, StudyResults
from fer.report.sections import SECTIONS

MOST_FIGURES = 16
"""Figures of one kind that are drawn; the tables have everything."""
MOST_SHEETS = 16


def write_report(results: StudyResults, folder: Path) -> None:
    """Write ``index.html``, ``report.md``, ``report.json``, ``tables/*.csv`` and ``figures/*`` into a ``folder``.

    Works on any part of a study, however little of it is finished. The same results give the same bytes.
    """
    for name in ("tables", "figures"):
        (folder / name).mkdir(exist_ok=True)
    contents = [_content(results, index) for index in range(len(SECTIONS))]
    for content in contents:
        for table in content.tables:
            (folder / "tables" / f"{table.name}.csv").write_text(table.csv(), encoding="utf-8")
        for figure in content.figures:
            (folder / "figures" / f"{figure.figure.name}.svg").write_text(figure.svg, encoding="utf-8")
            (folder / "figures" / f"{figure.figure.name}.png").write_bytes(figure.png)
        for sheet in content.sheets:
            (folder / "figures" / f"{sheet.name}.png").write_bytes(sheet.png)
    _write_histories(results, folder / "tables" / "histories.csv")
    numbers = json.dumps(_numbers(results, contents), ensure_ascii=False, allow_nan=False, indent=1)
    (folder / "report.json").write_text(f"{numbers}\n", encoding="utf-8")
    (folder / "report.md").write_text(render_summary(results, contents), encoding="utf-8")
    (folder / "index.html").write_text(render_page(results, contents), encoding="utf-8")


def _content(results: StudyResults, index: int) -> Content:
    section = SECTIONS[index]
    figures = [list(make(results)) for make in section.figures]
    sheets = [list(make(results)) for make in section.sheets]
    return Content(
        section=section,
        tables=[table for make in section.tables if (table := make(results)) is not None],
        figures=[figure.render() for kind in figures for figure in kind[:MOST_FIGURES]],
        sheets=[sheet for kind in sheets for sheet in kind[:MOST_SHEETS]],
        notes=[note for make in section.notes if (note := make(results)) is not None],
        left_out=sum(len(kind[MOST_FIGURES:]) for kind in figures) + sum(len(kind[MOST_SHEETS:]) for kind in sheets),
    )


def _numbers(results: StudyResults, contents: list[Content]) -> dict[str, Any]:
    """Everything that the report knows, as JSON; histories are in ``tables/histories.csv``."""
    study = results.planned.study
    return {
        "study": study.model_dump(mode="json"),
        "dataset": results.planned.dataset,
        "classes": list(results.planned.classes),
        "train_size": results.planned.train_size,
        "headline": headline(results),
        "answers": dict(answers(results)),
        "tables": {table.name: list(table.rows) for content in contents for table in content.tables},
        "cells": [
            {**result.cell.model_dump(mode="json"), "digest": result.manifest.digest, "result": dict(result.summary)}
            for result in results.cells
        ],
        "generators": [
            {**network.run.model_dump(mode="json"), "class": network.class_name, "result": dict(network.summary)}
            for network in results.networks
        ],
        "assessments": [
            {**assessment.run.model_dump(mode="json"), "result": dict(assessment.figures)}
            for assessment in results.assessments
        ],
        "audit": dict(results.audit),
        "artifacts": results.present,
        "missing": results.reasons,
    }


def _write_histories(results: StudyResults, path: Path) -> None:
    """All histories in long form: one line per row and column of each history.csv and snapshots.csv."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["of", "row", "figure", "value"])
        for cell in results.cells:
            writer.writerows(_long(f"cell {cell.cell}", cell.history))
        for network in results.networks:
            name = " ".join([network.run.generator, network.class_name or "", f"seed {network.run.seed}"])
            ratio = "" if network.run.ratio is None else f" ratio {network.run.ratio:g}"
            of = f"generator {' '.join(name.split())}{ratio}"
            writer.writerows(_long(of, network.history))
            writer.writerows(_long(f"judge of {of}", network.snapshots))


def _long(of: str, history: History) -> Iterator[tuple[str, int, str, float | None]]:
    for figure, values in history.items():
        for row, value in enumerate(values, start=1):
            yield of, row, figure, value
