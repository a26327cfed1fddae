"""From a workflow's nodes, as a controller wrote them, to its steps and to what people are shown of them."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.cluster import with_nodes
from jobs.steps import Attempt, Step, Workflow, exit_status, read_workflow
from jobs.watch import Lines, table

WORKFLOWS = Path(__file__).parent / "workflows"
"""Recorded from Argo 4.0.5: one in the middle, with retries and failures, and one whose study could not be planned."""
NOW = datetime(2026, 11, 25, 14, 21, 40, tzinfo=UTC)


def recorded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((WORKFLOWS / f"{name}.json").read_text())
    return document


@pytest.fixture
def running() -> Workflow:
    return read_workflow(recorded("running"))


def steps(workflow: Workflow, stage: str) -> dict[str, Step]:
    return {step.place: step for step in workflow.steps if step.stage == stage}


def test_each_pod_that_was_asked_for_is_one_step_named_by_its_coordinates(running: Workflow) -> None:
    assert (running.name, running.phase, running.study, running.is_over) == (
        "grid-rqm6w",
        "Running",
        "planned-name",
        False,
    )
    assert set(steps(running, "train-gan")) == {
        "cgan-48 seed 0",
        "matched seed 0 ratio 0.1 anger",
        "matched seed 0 ratio 0.1 fear",
    }
    assert set(steps(running, "generate")) == {"cgan-48 seed 0 volume 1", "cgan-48 seed 0 volume 2"}
    assert set(steps(running, "train")) == {
        "cnn 1.0:0",
        "resnet18 1.0:0",
        "timm:x 0.5:0",
        "cgan-48 cnn 0.0:0 0.5:0",
        "cgan-48 cnn 0.0:0:2",
        "cgan-48 resnet18 0.0:0 0.5:0",
        "cgan-48 resnet18 0.0:0:2",
    }
    assert [step.stage for step in running.steps[:2]] == ["prepare", "plan"]


def test_an_evaluator_is_named_by_its_role() -> None:
    document = recorded("failed")
    nodes = document["status"]["nodes"]
    node = next(node for node in nodes.values() if node["displayName"] == "plan(0)")
    given = [{"name": "study", "value": "planned-name"}, {"name": "evaluator", "value": "judge"}]
    node.update(templateName="train-evaluator", inputs={"parameters": given})
    retry = next(parent for parent in nodes.values() if node["id"] in parent.get("children", ()))
    retry.update(templateName="train-evaluator", inputs={"parameters": given})
    assert "train-evaluator judge" in [str(step) for step in read_workflow(document).steps]


def test_retries_are_the_attempts_of_one_step(running: Workflow) -> None:
    step = steps(running, "train-gan")["matched seed 0 ratio 0.1 fear"]
    assert [(attempt.phase, attempt.exit_code) for attempt in step.attempts] == [("Failed", 75)] * 4
    assert (step.phase, step.retries, step.message) == ("Pending", 3, "Backoff for 40 seconds")
    assert exit_status(step) == 0  # it has not ended


def test_pods_have_the_names_that_argo_gave_them(running: Workflow) -> None:
    (attempt,) = steps(running, "train")["cgan-48 resnet18 0.0:0 0.5:0"].attempts
    assert attempt == Attempt("grid-rqm6w-train-2060828612", "Failed", 2)


def test_a_failed_step_says_what_its_last_pod_ended_with(running: Workflow) -> None:
    step = steps(running, "train")["resnet18 1.0:0"]
    assert (step.phase, step.message, exit_status(step)) == ("Failed", "main: Error (exit code 2)", 2)
    assert exit_status(steps(running, "train")["cnn 1.0:0"]) == 0


def test_a_pod_that_was_deleted_leaves_no_status() -> None:
    document = recorded("failed")
    for node in document["status"]["nodes"].values():
        if node["displayName"] == "plan(0)":
            del node["outputs"]
    (step,) = steps(read_workflow(document), "plan").values()
    assert exit_status(step) == 1


def test_a_workflow_that_never_planned_names_no_study() -> None:
    workflow = read_workflow(recorded("failed"))
    assert (workflow.phase, workflow.study, workflow.is_over) == ("Failed", None, True)
    assert [(step.stage, step.phase) for step in workflow.steps] == [
        ("prepare", "Succeeded"),
        ("plan", "Failed"),
        ("report", "Succeeded"),
    ]


def test_a_workflow_that_no_controller_has_seen_has_no_steps() -> None:
    document = recorded("running")
    del document["status"]
    workflow = read_workflow(document)
    assert (workflow.phase, workflow.steps, workflow.seconds(NOW)) == ("", (), 0.0)
    assert table(workflow, NOW, None) == ["grid-rqm6w: Pending for 0 s", "steps so far: none"]


def test_packed_nodes_are_unpacked() -> None:
    document = recorded("running")
    nodes = json.dumps(document["status"].pop("nodes")).encode()
    document["status"]["compressedNodes"] = base64.b64encode(gzip.compress(nodes)).decode()
    assert read_workflow(with_nodes(document)) == read_workflow(recorded("running"))


def test_the_table_begins_with_what_wants_attention(running: Workflow) -> None:
    lines = table(running, NOW, None)
    assert lines[0] == "grid-rqm6w: Running for 2 min"
    assert lines[1] == "steps so far: 3 failed, 1 pending, 11 succeeded"
    assert lines[2].split() == ["phase", "step", "done", "retries", "time", "message"]
    assert [line.split()[0] for line in lines[4:]] == ["Failed"] * 3 + ["Pending"] + ["Succeeded"] * 11
    assert lines[7].split("  ")[0] == "Pending"
    assert "train-gan matched seed 0 ratio 0.1 fear" in lines[7]
    assert lines[7].endswith("Backoff for 40 seconds")


def test_what_a_running_pod_says_of_its_progress_is_shown() -> None:
    document = recorded("running")
    (name,) = (name for name, node in document["status"]["nodes"].items() if node["displayName"] == "plan")
    document["status"]["nodes"][name].update(phase="Running", progress="30000/80000")
    for child in document["status"]["nodes"][name]["children"]:
        document["status"]["nodes"][child].update(phase="Running", progress="30000/80000")
    (step,) = steps(read_workflow(document), "plan").values()
    assert step.progress == 0.375
    (row,) = (line for line in table(read_workflow(document), NOW, None) if line.startswith("Running"))
    assert row.split()[:3] == ["Running", "plan", "38%"]
    assert {other.progress for other in read_workflow(recorded("running")).steps} == {None}


def test_the_table_is_cut_to_the_terminal(running: Workflow) -> None:
    lines = table(running, NOW, 5)
    assert len(lines) == 2 + 2 + 5 + 1
    assert lines[-1] == "... and 10 more"


def test_without_a_terminal_each_change_is_one_line(running: Workflow, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.show(running)
    first = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in first] == ["step"] * 15 + ["workflow"]
    assert first[-1]["steps"] == {"Succeeded": 11, "Failed": 3, "Pending": 1}
    lines.show(running)
    assert capsys.readouterr().out == ""
    document = recorded("running")
    document["status"]["phase"] = "Failed"
    lines.show(read_workflow(document))
    (line,) = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["event"], json.loads(line)["phase"]) == ("workflow", "Failed")


def test_time_runs_on_until_the_end(running: Workflow) -> None:
    assert running.started is not None
    assert running.seconds(running.started + timedelta(seconds=7)) == 7
    ended = read_workflow(recorded("failed"))
    assert ended.seconds(NOW) == 22
