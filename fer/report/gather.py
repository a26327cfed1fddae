"""Collects what a store holds of a planned study, verified as it is read, and the reasons for what is missing."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from fer.cells import Cell, cells
from fer.errors import RequestError
from fer.metrics.assessment import PAIRS, PLANE, REAL_SHEET, SHEET
from fer.plan import Task, generator_runs, tasks
from fer.recipes import (
    GeneratorRun,
    PlannedStudy,
    assessment_recipe,
    cell_recipe,
    gan_recipe,
    networks,
    plan_recipe,
)
from fer.report.damage import DAMAGE, damaged
from fer.report.planes import Plane, read_plane
from fer.report.results import (
    AssessmentResult,
    CellResult,
    History,
    Made,
    Missing,
    NetworkResult,
    StudyResults,
    Truth,
)
from fer.report.summary import scores_of
from fer.statistics.auroc import auroc_influence
from fer.store.claims import Attempt
from fer.store.objects import MissingObject
from fer.store.reading import at_once
from fer.store.records import Manifest
from fer.store.store import Store


def gather(planned: PlannedStudy, store: Store, source: str = "") -> StudyResults:
    """Everything that ``store`` holds of the study now, and the reason for each task that is missing.

    Only the files that a report shows are read. An artifact whose files are damaged counts as missing, and the damage
    is its reason. ``source``: where the data set was read from, in words for the page. Raises TryAgain where the store
    cannot be reached.
    """
    all_tasks = tasks(planned)
    looked_up = at_once(lambda task: _look_up(store, task), all_tasks)
    found = {outcome.task.digest: outcome for outcome in looked_up if isinstance(outcome, _Found)}
    absent = {outcome.task.digest: outcome for outcome in looked_up if isinstance(outcome, Missing)}
    all_cells = cells(planned.study)
    runs = generator_runs(planned, all_cells)
    # By digest, not by task: one artifact serves every name under which a study asks for the same thing.
    trained = [(cell, one) for cell in all_cells if (one := found.get(cell_recipe(planned, cell).digest))]
    prepared, audit, data_problem = _prepared(store, planned)
    study_text, plan_problem = _study_text(store, planned)
    return StudyResults(
        planned=planned,
        study_text=study_text,
        made=[Made(outcome.task, outcome.manifest) for outcome in found.values()],
        missing=[_with_cause(missing, absent) for missing in absent.values()],
        cells=[_cell_result(cell, one) for cell, one in trained],
        truth=next((one.tested.truth for _, one in trained if one.tested is not None), None),
        networks=[
            _network_result(run, class_name, one)
            for run in runs
            for class_name in networks(planned, run.generator)
            if (one := found.get(gan_recipe(planned, run, class_name).digest))
        ],
        assessments=[
            _assessment_result(run, one) for run in runs if (one := found.get(assessment_recipe(planned, run).digest))
        ],
        audit=audit,
        prepared=prepared,
        data_problem=data_problem,
        plan_problem=plan_problem,
        source=source,
    )


def read_history(text: str) -> History:
    """The columns of a history.csv or snapshots.csv. Cells that are empty, not numbers or not finite become None."""
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [_number(row[name]) for row in rows] for name in (rows[0] if rows else ())}


@dataclass(frozen=True, eq=False)
class _Tested:
    """What a report keeps of a cell's logits, a few bytes for each test image."""

    truth: Truth
    predicted: NDArray[np.unsignedinteger[Any]]
    auroc_influence: NDArray[np.float32]
    auroc_influence_leak_free: NDArray[np.float32]


@dataclass(frozen=True)
class _Found:
    """An artifact with those of its files that a report shows."""

    task: Task
    manifest: Manifest
    summary: dict[str, Any]
    history: History
    snapshots: History
    """Of a generator's network."""
    pictures: dict[str, bytes]
    tested: _Tested | None
    """What a trained cell makes of the test images."""
    plane: Plane | None
    """Of an assessment."""


_SUMMARY = {"train": "cell.json", "train-gan": "generator.json", "assess": "assessment.json"}


def _look_up(store: Store, task: Task) -> _Found | Missing:
    try:
        manifest = store.manifest(task.recipe.kind, task.digest)
        if manifest is not None:
            summary = _json(store, manifest, _SUMMARY[task.stage]) if task.stage in _SUMMARY else {}
            if task.stage == "train":
                _check_cell(summary)
            pictures = {name: _read(store, manifest, name) for name in _pictures(task, manifest)}
            tested = _tested(_read(store, manifest, "logits.npz")) if task.stage == "train" else None
            plane = read_plane(_read(store, manifest, PLANE)) if task.stage == "assess" else None
            history, snapshots = (_columns(store, manifest, name) for name in ("history.csv", "snapshots.csv"))
            return _Found(task, manifest, summary, history, snapshots, pictures, tested, plane)
    except DAMAGE as error:
        return damaged(store, task, error)
    return Missing(task, *_state_and_reason(store.attempts(task.digest)))


def _check_cell(summary: dict[str, Any]) -> None:
    """KeyError or TypeError where cell.json lacks what tables look up."""
    scores_of(summary)
    for name in ("counts", "epochs", "best_epoch", "stopped_by"):
        summary[name]


def _pictures(task: Task, manifest: Manifest) -> list[str]:
    if task.stage == "assess":
        return [SHEET, REAL_SHEET, PAIRS]
    sheets = sorted(name for name in manifest.files if name.startswith("sheets/") and name.endswith(".png"))
    return sheets[-1:] if task.stage == "train-gan" else []


def _tested(logits: bytes) -> _Tested:
    with np.load(io.BytesIO(logits), allow_pickle=False) as arrays:
        test = arrays["test"]
        truth = Truth(arrays["test_labels"], arrays["test_leak_free"])
    predicted = test.argmax(axis=1).astype(np.min_scalar_type(test.shape[1] - 1))
    influences = [auroc_influence(test[part], truth.labels[part]) for part in (slice(None), truth.leak_free)]
    return _Tested(truth, predicted, *influences)


def _cell_result(cell: Cell, found: _Found) -> CellResult:
    assert found.tested is not None  # noqa: S101 - for the type checker
    return CellResult(
        cell=cell,
        manifest=found.manifest,
        summary=found.summary,
        history=found.history,
        predicted=found.tested.predicted,
        auroc_influence=found.tested.auroc_influence,
        auroc_influence_leak_free=found.tested.auroc_influence_leak_free,
    )


def _network_result(run: GeneratorRun, class_name: str | None, found: _Found) -> NetworkResult:
    sheet = next(iter(found.pictures.values()), None)
    return NetworkResult(run, class_name, found.summary, found.history, found.snapshots, sheet)


def _assessment_result(run: GeneratorRun, found: _Found) -> AssessmentResult:
    assert found.plane is not None  # noqa: S101 - for the type checker
    sheet, real_sheet, pairs = (found.pictures[name] for name in (SHEET, REAL_SHEET, PAIRS))
    return AssessmentResult(run, found.summary, sheet, real_sheet, pairs, found.plane)


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


def _prepared(store: Store, planned: PlannedStudy) -> tuple[Manifest | None, dict[str, Any], str]:
    """The data set's manifest and audit, and what is wrong where there is none."""
    prepared = None
    try:
        prepared = store.manifest("dataset", planned.dataset)
        if prepared is None:
            return None, {}, "The data set is missing from the store."
        return prepared, _json(store, prepared, "audit.json"), ""
    except RequestError as error:
        return prepared, {}, f"The data set is damaged: {error}."


def _study_text(store: Store, planned: PlannedStudy) -> tuple[str, str]:
    """The study's text, and what is wrong where it is not the one that was given."""
    problem = ""
    try:
        manifest = store.manifest("plan", plan_recipe(planned).digest)
        if manifest is not None and "study.yaml" in manifest.files:
            return _read(store, manifest, "study.yaml").decode(), ""
    except RequestError as error:
        problem = f"The plan is damaged: {error}."
    return yaml.safe_dump(planned.study.model_dump(mode="json"), sort_keys=False, allow_unicode=True), problem


def _columns(store: Store, manifest: Manifest, name: str) -> History:
    return read_history(_read(store, manifest, name).decode()) if name in manifest.files else {}


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
