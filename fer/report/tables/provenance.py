"""Where everything came from, and what is missing and why."""

from fer.report.results import StudyResults
from fer.report.tables.costs import machine_column
from fer.report.tables.table import Column, Table


def missing_table(results: StudyResults) -> Table | None:
    """Every task without an artifact, with its reason and the command that makes it."""
    if not results.missing:
        return None
    rows = [
        {
            "stage": missing.task.stage,
            "where": " ".join(f"{flag}={value}" for flag, value in missing.task.coordinates.items()),
            "state": missing.state,
            "reason": missing.reason,
            "command": missing.task.command,
            "digest": missing.task.digest,
        }
        for missing in results.missing
    ]
    columns = [
        Column("stage", "Stage", head=True),
        Column("where", "Where", "words", head=True),
        Column("state", "State"),
        Column("reason", "Reason"),
        Column("command", "Command (with --study and --store)", "code"),
    ]
    return Table("missing", "Missing tasks", columns, rows)


def artifacts_table(results: StudyResults) -> Table | None:
    """Every artifact that the report rests on."""
    named = [("prepare", "", results.prepared)] if results.prepared else []
    named += [
        (made.task.stage, " ".join(f"{flag}={value}" for flag, value in made.task.coordinates.items()), made.manifest)
        for made in results.made
    ]
    rows = [
        {
            "stage": stage,
            "where": where,
            "artifact": f"{manifest.kind}/{manifest.digest}",
            "artifact_shown": f"{manifest.kind}/{manifest.digest[:12]}",
            "code_version": manifest.code_version,
            "libraries": ", ".join(f"{name} {version}" for name, version in manifest.libraries.items()),
            "created": f"{manifest.created:%Y-%m-%d %H:%M:%S} UTC",
            "created_shown": f"{manifest.created:%Y-%m-%d %H:%M}",
            "wall_seconds": manifest.wall_seconds,
            "device_seconds": manifest.device_seconds,
            "device": manifest.device,
            "machine": manifest.machine,
        }
        for stage, where, manifest in named
    ]
    if not rows:
        return None
    columns = [
        Column("stage", "Stage", head=True),
        Column("where", "Where", "words", head=True),
        Column("artifact_shown", "Artifact", "code"),
        Column("code_version", "Code", "code"),
        Column("created_shown", "Made (UTC)", "moment"),
        Column("wall_seconds", "Wall time", "seconds"),
        *machine_column(rows),
    ]
    return Table("artifacts", "Artifacts", columns, rows, "Digests are shortened here; the CSV has them in full.")
