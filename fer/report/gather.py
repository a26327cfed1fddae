"""Collects what a store holds of a planned study, verified as it is read, and the reasons for what is missing."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import yaml

from fer.errors import RequestError
from fer.metrics.assessment import REAL_SHEET, SHEET
from fer.plan import Task, tasks
from fer.recipes import GeneratorRun, PlannedStudy, plan_recipe
from fer.report.results import (
    AssessmentResult,
    CellResult,
    History,
    Made,
    Missing,
    NetworkResult,
    StudyResults,
)
from fer.store.claims import Attempt
from fer.store.objects import MissingObject
from fer.store.records import Manifest
from fer.store.store import Store

_READERS = 8

Loaded = CellResult | NetworkResult | AssessmentResult | None


def gather(planned: PlannedStudy, store: Store) -> StudyResults:
    """Everything that ``store`` holds of the study now, and the reason for each task that is missing.

    Only the files that a report shows are read. An artifact whose files are damaged counts as missing, and the damage
    is its reason. Raises TryAgain where the store cannot be reached.
    """
    all_tasks = tasks(planned)
    with ThreadPoolExecutor(_READERS) as pool:  # on S3 the time goes into waiting
        looked_up = list(pool.map(lambda task: _look_up(store, task), all_tasks))
    found = [outcome for outcome in looked_up if isinstance(outcome, _Found)]
    absent = {outcome.task.digest: outcome for outcome in looked_up if isinstance(outcome, Missing)}
    loaded = [outcome.loaded for outcome in found]
    prepared = store.manifest("dataset", planned.dataset)
    return StudyResults(
        planned=planned,
        study_text=_study_text(store, planned),
        made=[Made(outcome.task, outcome.manifest) for outcome in found],
        missing=[_with_cause(missing, absent) for missing in absent.values()],
        cells=[result for result in loaded if isinstance(result, CellResult)],
        networks=[result for result in loaded if isinstance(result, NetworkResult)],
        assessments=[result for result in loaded if isinstance(result, AssessmentResult)],
        audit=_json(store, prepared, "audit.json") if prepared else {},
        prepared=prepared,
    )


def read_history(text: str) -> History:
    """The columns of a history.csv. Cells that are empty, not numbers or not finite become None."""
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [_number(row[name]) for row in rows] for name in (rows[0] if rows else ())}


@dataclass(frozen=True)
class _Found:
    task: Task
    manifest: Manifest
    loaded: Loaded


def _look_up(store: Store, task: Task) -> _Found | Missing:
    try:
        manifest = store.manifest(task.recipe.kind, task.digest)
        if manifest is not None:
            return _Found(task, manifest, _load(store, task, manifest))
    except RequestError as error:
        return Missing(task, "damaged", str(error))
    return Missing(task, *_state_and_reason(store.attempts(task.digest)))


def _load(store: Store, task: Task, manifest: Manifest) -> Loaded:
    if task.stage == "train" and task.cell is not None:
        return CellResult(task.cell, _json(store, manifest, "cell.json"), _history(store, manifest))
    if task.stage == "train-gan":
        return _network(store, task, manifest)
    if task.stage == "assess":
        sheet, real_sheet = _read(store, manifest, SHEET), _read(store, manifest, REAL_SHEET)
        return AssessmentResult(_run(task), _json(store, manifest, "assessment.json"), sheet, real_sheet)
    return None


def _network(store: Store, task: Task, manifest: Manifest) -> NetworkResult:
    sheets = sorted(name for name in manifest.files if name.startswith("sheets/") and name.endswith(".png"))
    return NetworkResult(
        run=_run(task),
        class_name=task.coordinates.get("class"),
        summary=_json(store, manifest, "generator.json"),
        history=_history(store, manifest),
        sheet=_read(store, manifest, sheets[-1]) if sheets else None,
    )


def _run(task: Task) -> GeneratorRun:
    where = task.coordinates
    ratio = float(where["ratio"]) if "ratio" in where else None
    return GeneratorRun(generator=where["generator"], seed=int(where["seed"]), ratio=ratio)


def _state_and_reason(attempts: Sequence[Attempt]) -> tuple[str, str]:
    if not attempts:
        return "not started", "never started"
    last = attempts[-1]
    times = f" (attempt {last.number})" if last.number > 1 else ""
    when = f"{last.started:%Y-%m-%d %H:%M} UTC"
    match last.state:
        case "running":
            return "running", f"running since {when}: {last.owner}{times}"
        case "stopped":
            return "stopped", f"stopped by a signal after it began {when}; the same command goes on{times}"
        case "done":
            return "not started", "it was made once, and set aside since; not started again"
    return last.state, f"{last.state}, begun {when}: {last.reason}{times}"


def _with_cause(missing: Missing, absent: Mapping[str, Missing]) -> Missing:
    """A task that was never started because it waits for another says so, and for which."""
    needed = next((absent[digest] for digest in missing.task.needs if digest in absent), None)
    if missing.state != "not started" or needed is None:
        return missing
    return Missing(missing.task, "waiting", f"never started: it needs {needed.task}, which is missing ({needed.state})")


def _study_text(store: Store, planned: PlannedStudy) -> str:
    manifest = store.manifest("plan", plan_recipe(planned).digest)
    if manifest is not None and "study.yaml" in manifest.files:
        return _read(store, manifest, "study.yaml").decode()
    return yaml.safe_dump(planned.study.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _history(store: Store, manifest: Manifest) -> History:
    return read_history(_read(store, manifest, "history.csv").decode()) if "history.csv" in manifest.files else {}


def _json(store: Store, manifest: Manifest, name: str) -> dict[str, Any]:
    value = json.loads(_read(store, manifest, name))
    if not isinstance(value, dict):
        raise RequestError(f"{manifest.folder}/{name} in {store.uri} is not a JSON object")
    return value


def _read(store: Store, manifest: Manifest, name: str) -> bytes:
    """One file of an artifact, checked against its manifest, without fetching the rest (weights, logits, images)."""
    where = f"{manifest.folder}/{name} in {store.uri}"
    entry = manifest.files.get(name)
    if entry is None:
        raise RequestError(f"{where} is missing from the artifact's manifest")
    try:
        data = store.objects.read(f"{manifest.folder}/{name}")
    except MissingObject:
        raise RequestError(f"{where} is missing") from None
    problem = entry.mismatch_bytes(data)
    if problem:
        raise RequestError(f"{where} {problem}")
    return data


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
