"""The leading columns of tables with a row per generator run."""

from collections.abc import Iterable, Mapping
from typing import Any

from fer.recipes import GeneratorRun
from fer.report.tables.table import Column


def run_entries(run: GeneratorRun) -> dict[str, Any]:
    """What names a run in a row."""
    return {"generator": run.generator, "seed": run.seed, "ratio": run.ratio}


def run_columns(rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Columns for ``run_entries``; the ratio that a generator serves only where any of them serves one."""
    matched = any(row["ratio"] is not None for row in rows)
    ratio = [Column("ratio", "Serves ratio", "ratio", head=True)] if matched else []
    return [Column("generator", "Generator", head=True), Column("seed", "Seed", head=True), *ratio]
