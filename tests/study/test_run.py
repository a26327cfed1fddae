"""A whole study by one command: what comes of it, what a second run does, and what one failure costs."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fer.plan import tasks
from fer.store import Manifest, Store, open_store
from jobs.context import Request, open_context
from tests.commands import Ended, Fer, run_alone

pytestmark = pytest.mark.slow

FAULTY = """
name: faulty
data:
  source: drawn
  drawn: {train: 420, validation: 105, test: 105, seed: 0}
generators:
  cgan-48: {options: {batch_size: 32}}
  flow-48: {}
grids:
  - name: main
    generators: [cgan-48, flow-48]
    classifiers: [cnn]
    ratios: [0.5]
  - name: broken
    classifiers: ["timm:crossvit_tiny_240"]
    ratios: [1.0]
budgets:
  train-gan: {kimg: 0.64}
  train: {epochs: 1, patience: 1}
training: {batch_size: 32, learning_rate: 0.002}
evaluators:
  judge: {epochs: 2, training: {batch_size: 32}}
  features: &small {classifier: "timm:test_resnet", epochs: 2, training: {batch_size: 32}}
  reader: *small
numerics: {precision: fp32, threads: 1}
"""
"""The data, evaluators and cGAN of ``tiny``, another learning rate, and a generator and a classifier that cannot be
trained."""

WITHOUT_TORCH = """
import multiprocessing, sys
from jobs.cli import run_command
status = run_command(sys.argv[1:])
heavy = {"torch", "matplotlib", "pandas", "sklearn", "boto3"} & set(sys.modules)
print("imported:", sorted(heavy), "workers:", multiprocessing.active_children())
sys.exit(status)
"""


@dataclass(frozen=True)
class Run:
    """A finished ``fer run`` and the store that it left."""

    ended: Ended
    store: Store
    made: dict[str, Manifest]
    """Manifests by digest, as they were when the run ended."""


def all_manifests(store: Store) -> dict[str, Manifest]:
    found = {digest: store.manifest(kind, digest) for kind, digest in store.artifacts()}
    return {digest: manifest for digest, manifest in found.items() if manifest is not None}


def kinds(made: dict[str, Manifest]) -> list[str]:
    return sorted(manifest.kind for manifest in made.values())


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The built-in study ``tiny``, run once."""
    folder = tmp_path_factory.mktemp("tiny") / "store"
    ended = run_alone("run", "tiny", "--store", folder, "--workers", "2")
    assert ended.status == 0, ended.errors
    store = open_store(str(folder))
    return Run(ended, store, all_manifests(store))


@pytest.fixture(scope="session")
def faulty_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The YAML file of the study with faults."""
    path = tmp_path_factory.mktemp("faulty") / "faulty.yaml"
    path.write_text(FAULTY)
    return path


@pytest.fixture(scope="session")
def faulty(tiny: Run, faulty_study: Path) -> Run:
    """The study with faults, run once in the store of ``tiny``."""
    ended = run_alone("run", faulty_study, "--store", tiny.store.uri, "--workers", "1")
    return Run(ended, tiny.store, all_manifests(tiny.store))


def test_one_command_makes_everything_between_the_data_and_the_report(tiny: Run) -> None:
    context = open_context(Request("tiny", tiny.store.uri))
    assert all(task.digest in tiny.made for task in tasks(context.planned))
    assert kinds(tiny.made) == [
        "assessment",
        *["cell"] * 4,
        "dataset",
        *["evaluator"] * 2,
        "gan",
        "plan",
        "report",
        "synthetic",
    ]


def test_it_ends_with_a_table_of_results_and_the_reports_path(tiny: Run) -> None:
    lines = tiny.ended.output.splitlines()
    assert lines[0].split()[:7] == ["generator", "classifier", "ratio", "volume", "seed", "macro-F1", "leak-free"]
    rows = [line.split()[:5] for line in lines[2:6]]
    assert rows == [
        ["cgan-48", "cnn", "0", "1", "0"],
        ["cgan-48", "cnn", "0.5", "1", "0"],
        ["-", "cnn", "0.5", "1", "0"],
        ["-", "cnn", "1", "1", "0"],
    ]
    page = Path(lines[-2].removeprefix("report: "))
    assert page.name == "index.html"
    assert page.read_text().startswith("<!")
    assert lines[-1].strip() == page.as_uri()


def test_the_whole_study_line_counts_cells_and_expects_an_end(tiny: Run) -> None:
    lines = [json.loads(line) for line in tiny.ended.errors.splitlines()]
    study = [line for line in lines if line["event"] == "study"]
    assert study[0]["cells"] == {"done": 0, "to_do": 4, "failed": 0}
    assert study[-1]["cells"] == {"done": 4, "to_do": 0, "failed": 0}
    assert [line["tasks"]["done"] for line in study] == list(range(10))
    with_end = [line for line in study if line["expected_end"] is not None]
    assert with_end, "an end is expected as soon as a like task of each that is left has been done"
    assert with_end[-1]["remaining_seconds"] == 0


def test_a_second_run_makes_nothing_imports_no_torch_and_starts_no_worker(tiny: Run) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, "run", "tiny", "--store", tiny.store.uri]
    again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert again.stdout.splitlines()[-1] == "imported: [] workers: []"
    assert again.stdout.splitlines()[:-1] == tiny.ended.output.splitlines()
    made = all_manifests(tiny.store)
    assert {digest: made[digest] for digest in tiny.made} == tiny.made
    assert [len(tiny.store.attempts(digest)) for digest in tiny.made] == [1] * len(tiny.made)


def test_status_and_show_tell_what_was_made(tiny: Run, fer: Fer) -> None:
    where = ("--store", tiny.store.uri, "--json")
    status = fer("status", "tiny", *where).json()
    (study,) = status["studies"]
    assert study["counts"] == {"done": 9, "running": 0, "failed": 0, "killed": 0, "stopped": 0, "to do": 0}

    shown = fer("show", "tiny", *where).json()
    assert len(shown["cells"]) == 4
    assert shown["missing"] == []
    assert all(0 <= cell["macro_f1"] <= 1 and cell["seconds"] > 0 for cell in shown["cells"])

    overview = fer("show", *where).json()
    assert {kind: overview["kinds"][kind]["artifacts"] for kind in ("dataset", "gan", "synthetic")} == {
        "dataset": 1,
        "gan": 1,
        "synthetic": 1,
    }
    digest = next(digest for digest, manifest in tiny.made.items() if manifest.kind == "gan")
    assert fer("show", f"gan/{digest[:8]}", *where).json()["digest"] == digest


def test_a_changed_learning_rate_retrains_cells_and_nothing_else(tiny: Run, faulty: Run) -> None:
    new = {digest: manifest for digest, manifest in faulty.made.items() if digest not in tiny.made}
    assert kinds(new) == ["cell", "plan", "report"]
    assert faulty.made.items() >= tiny.made.items()


def reasons(run: Run, study: Path) -> dict[str, tuple[str, str]]:
    """State and reason by task, as ``fer run`` told them at its end."""
    told: dict[str, tuple[str, str]] = {}
    for line in run.ended.output.splitlines():
        if line.startswith("  ") and ": " in line:
            state, _, rest = line.strip().partition(": ")
            task, _, reason = rest.partition(": ")
            told[task] = (state, reason)
    assert set(told) <= {str(task) for task in tasks(open_context(Request(str(study), run.store.uri)).planned)}
    return told


def test_what_fails_costs_only_itself_and_what_needs_it(faulty: Run, faulty_study: Path) -> None:
    assert faulty.ended.status == 1
    assert "5 of 11 tasks failed or were skipped:" in faulty.ended.output
    told = reasons(faulty, faulty_study)
    unfit = told["train classifier=timm:crossvit_tiny_240 ratio=1 seed=0"]
    assert unfit[0] == "failed"
    assert "cannot take images of 48 x 48" in unfit[1]
    assert told["train-gan generator=flow-48 seed=0"][0] == "failed"
    assert "does not exist yet" in told["train-gan generator=flow-48 seed=0"][1]
    because = ("skipped", "needs train-gan generator=flow-48 seed=0, which failed")
    assert told["generate generator=flow-48 seed=0"] == because
    assert told["assess generator=flow-48 seed=0"] == because
    assert told["train generator=flow-48 classifier=cnn ratio=0.5 seed=0"] == because


def test_the_report_is_written_all_the_same_and_names_what_is_missing(faulty: Run) -> None:
    page = Path(faulty.ended.output.splitlines()[-2].partition("report: ")[2]).read_text()
    assert "crossvit_tiny_240" in page
    assert "does not exist yet" in page


def test_status_says_what_failed_and_why(faulty: Run, faulty_study: Path, fer: Fer) -> None:
    status = fer("status", faulty_study, "--store", faulty.store.uri, "--json").json()
    (study,) = status["studies"]
    assert study["counts"] == {"done": 6, "running": 0, "failed": 2, "killed": 0, "stopped": 0, "to do": 3}
    failed: dict[str, Any] = {task["stage"]: task["reason"] for task in study["tasks"] if task["state"] == "failed"}
    assert set(failed) == {"train-gan", "train"}
    assert "crossvit_tiny_240" in failed["train"]
    text = fer("status", faulty_study, "--store", faulty.store.uri).output
    assert "failed: train-gan generator=flow-48 seed=0: " in text
