"""What everything took: wall and device seconds per stage and per cell, with the machine."""

from typing import Any

from fer.report.notes import HELD_OUT
from fer.report.results import StudyResults
from fer.report.summary import groups_of
from fer.report.tables.table import Column, Table
from fer.store.records import Manifest


def stages_table(results: StudyResults) -> Table | None:
    """Wall and device seconds by stage, device and machine."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    manifests = [("prepare", results.prepared)] if results.prepared else []
    for stage, manifest in (*manifests, *((made.task.stage, made.manifest) for made in results.made)):
        row = rows.setdefault(
            (stage, manifest.device, manifest.machine),
            {"stage": stage, "tasks": 0, "wall": 0.0, "device_seconds": 0.0}
            | {"device": manifest.device, "machine": manifest.machine},
        )
        row["tasks"] += 1
        row["wall"] += manifest.wall_seconds
        row["device_seconds"] += manifest.device_seconds
    if not rows:
        return None
    columns = [
        Column("stage", "Stage", head=True),
        Column("tasks", "Tasks", "whole"),
        Column("wall", "Wall time", "seconds"),
        Column("device_seconds", "Device time", "seconds"),
        Column("device", "Device"),
        *machine_column(list(rows.values())),
    ]
    note = "Device time is CPU time over all threads, or on a GPU the time for which it was held."
    return Table("stages", "Time by stage", columns, list(rows.values()), note, block=0)


def cells_table(results: StudyResults) -> Table | None:
    """Each finished cell: how long it trained, and why it stopped."""
    rows = []
    for result in (result for group in groups_of(results) for result in group.finished):
        cell = result.cell
        row: dict[str, Any] = {
            "classifier": cell.classifier,
            "training_set": cell.generator or ("real alone" if cell.is_control else "all real"),
            "ratio": cell.ratio,
            "volume": cell.volume,
            "seed": cell.seed,
            "trained": result.summary["counts"]["trained"],
            "distinct_images": result.summary["counts"]["distinct"],
            "epochs": result.summary["epochs"],
            "best_epoch": result.summary["best_epoch"],
            "stopped_by": result.summary["stopped_by"],
            **_cost(result.manifest),
        }
        rows.append(row)
    if not rows:
        return None
    columns = [
        Column("classifier", "Classifier", head=True),
        Column("training_set", "Training set", head=True),
        Column("ratio", "Real ratio", "ratio", head=True),
        *([Column("volume", "Volume", "whole", head=True)] if any(row["volume"] > 1 for row in rows) else []),
        Column("seed", "Seed", head=True),
        Column("trained", "Trained on", "whole"),
        Column("distinct_images", "Distinct images", "whole"),
        Column("epochs", "Epochs", "whole"),
        Column("best_epoch", "Best epoch", "whole"),
        Column("stopped_by", "Stopped by"),
        Column("wall_seconds", "Wall time", "seconds"),
        Column("device_seconds", "Device time", "seconds"),
        Column("device", "Device"),
        *machine_column(rows),
    ]
    note = (
        "A cell is stopped by its budget of epochs, or by its patience: so many epochs without a better validation "
        f"macro-F1. {HELD_OUT} Distinct images are those of the whole set, held out or not."
    )
    return Table("cells", "Time by cell", columns, rows, note, block=2)


def machine_column(rows: list[dict[str, Any]]) -> list[Column]:
    """The machine, where there was more than one; a single one is named once, at the end of the page."""
    return [Column("machine", "Machine")] if len({row["machine"] for row in rows}) > 1 else []


def _cost(manifest: Manifest) -> dict[str, Any]:
    return {
        "wall_seconds": manifest.wall_seconds,
        "device_seconds": manifest.device_seconds,
        "device": manifest.device,
        "machine": manifest.machine,
    }
