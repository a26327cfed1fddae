"""The trained networks of the generators."""

from typing import Any

from fer.report.results import NetworkResult, StudyResults
from fer.report.tables.table import Column, Table


def networks_table(results: StudyResults) -> Table | None:
    """One row per trained network: how far it came, and whether it diverged."""
    if not results.networks:
        return None
    rows = [_row(network) for network in results.networks]
    optional = [
        Column("class", "Class", head=True),
        Column("ratio", "Serves ratio", "ratio", head=True),
    ]
    return Table(
        name="generators",
        title="Trained generators",
        columns=[
            Column("generator", "Generator", head=True),
            Column("seed", "Seed", head=True),
            *(column for column in optional if any(row[column.key] is not None for row in rows)),
            Column("model", "Model"),
            Column("seen", "Real images seen", "whole"),
            Column("kimg", "Images shown, thousands", "level"),
            Column("end", "End"),
        ],
        rows=rows,
    )


def _row(network: NetworkResult) -> dict[str, Any]:
    summary = network.summary
    trained = "kimg" in summary  # somebody's own images were trained by nobody here
    diverged = summary.get("diverged")
    return {
        "generator": network.run.generator,
        "seed": network.run.seed,
        "class": network.class_name,
        "ratio": network.run.ratio,
        "model": summary["model"],
        "seen": sum(summary["images"].values()) if trained else None,
        "kimg": summary["kimg_shown"] if trained else None,
        "end": f"diverged: {diverged['reason']}" if diverged else "as planned" if trained else "",
    }
