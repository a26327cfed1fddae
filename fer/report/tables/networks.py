"""The trained networks of the generators."""

from typing import Any

from fer.report.results import NetworkResult, StudyResults
from fer.report.tables.table import Column, Table

_AS_PLANNED = "as planned"
_SOUND = "as asked for"
_BUDGET = "Every class’s network has the whole budget to itself."
_JUDGE = (
    "The judge is a classifier of real images. Agreement: how often it reads the label that a sample was asked for; by "
    "chance: how often if labels said nothing. Fréchet distance: of its features of the samples to those of as many "
    "real validation images. All are of the snapshot with the smallest distance, which the judge itself chose. "
    "What the reader, which chose nothing, makes of the labels stands under label fidelity."
)


def networks_table(results: StudyResults) -> Table | None:
    """One row per trained network: how far it came, and whether it diverged; separate ones have a row for all too."""
    if not results.networks:
        return None
    rows: list[dict[str, Any]] = []
    for run in dict.fromkeys((item.run.generator, item.run.seed, item.run.ratio) for item in results.networks):
        own = [_row(item) for item in results.networks if (item.run.generator, item.run.seed, item.run.ratio) == run]
        rows += [_all(own), *own] if own[0]["class"] is not None else own
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
            Column("agreement", "agreement", "share", group="Judge"),
            Column("chance", "by chance", "share", group="Judge"),
            Column("frechet", "Fréchet distance", "level", group="Judge"),
            Column("labels", "labels", "words", group="Judge"),
            Column("end", "End"),
        ],
        rows=rows,
        note=" ".join([_JUDGE, *([_BUDGET] if any(row["class"] for row in rows) else [])]),
        block=2,
    )


def _all(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the networks of one generator's classes have seen and been shown together."""
    diverged = sum(row["end"] != _AS_PLANNED for row in rows)
    return {
        **rows[0],
        "class": "all",
        "seen": sum(row["seen"] for row in rows),
        "kimg": sum(row["kimg"] for row in rows),
        "agreement": None,
        "chance": None,
        "frechet": None,
        "labels": _SOUND if all(row["labels"] == _SOUND for row in rows) else "see below",
        "end": f"{diverged} of {len(rows)} diverged" if diverged else _AS_PLANNED,
    }


def _row(network: NetworkResult) -> dict[str, Any]:
    summary = network.summary
    trained = "kimg" in summary  # somebody's own images were trained by nobody here
    diverged = summary.get("diverged")
    judged: dict[str, Any] = summary["judge"]["preferred"] if trained else {}
    fault = judged["label_fault"] if trained else ""
    return {
        "generator": network.run.generator,
        "seed": network.run.seed,
        "class": network.class_name,
        "ratio": network.run.ratio,
        "model": summary["model"],
        "seen": sum(summary["images"].values()) if trained else None,
        "kimg": summary["kimg_shown"] if trained else None,
        "agreement": judged.get("agreement"),
        "chance": judged.get("chance"),
        "frechet": judged.get("frechet"),
        "labels": _SOUND if fault is None else fault,
        "end": f"diverged: {diverged['reason']}" if diverged else _AS_PLANNED if trained else "",
    }
