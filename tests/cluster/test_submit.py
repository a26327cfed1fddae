"""``fer submit``, ``watch``, ``logs`` and ``fetch-report``: by Kubernetes itself, and through a real Argo server."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.grids import Grid
from tests.cluster.kube import kubectl, wait_until
from tests.cluster.stores import ClusterStore
from tests.cluster.studies import study
from tests.commands import kept_signals, run_alone, start

Environment = dict[str, str]


@pytest.fixture(scope="module")
def argo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server in the ``argo`` program, with the rights of the current context."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--namespace=argo", "--auth-mode=server", "--secure=false", f"--port={port}")
    log = (tmp_path_factory.mktemp("argo-server") / "log").open("wb")
    process = subprocess.Popen(("argo", "server", *options), stdout=log, stderr=log)

    def answers() -> bool:
        assert process.poll() is None, Path(log.name).read_text()
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, "an Argo server", seconds=60)
    yield f"127.0.0.1:{port}"
    process.kill()  # to SIGTERM it answers by waiting for connections that are kept open
    process.wait()
    log.close()


@pytest.fixture
def direct(store: ClusterStore) -> Environment:
    """The variables of the way by Kubernetes, and of the store as this machine reaches it."""
    store.open()  # the tunnel
    return {**store.environment, "FER_STORE": store.uri}


@pytest.fixture(params=["kubernetes", "argo server"])
def way(request: pytest.FixtureRequest, direct: Environment) -> Environment:
    """Either way to the cluster: everything that is asked of one is asked of both at least once."""
    if request.param == "argo server":
        return {**direct, "ARGO_SERVER": request.getfixturevalue("argo_server"), "ARGO_SECURE": "false"}
    return direct


def events(text: str) -> list[dict[str, object]]:
    """The JSON lines of a command's output."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_study_file_is_uploaded_run_followed_and_its_report_fetched(way: Environment, tmp_path: Path) -> None:
    file = tmp_path / "carried.yaml"
    file.write_text(study("carried", ratios="1.0", generator=False, faces=str(tmp_path)))
    ended = run_alone("submit", file, "--watch", environment=way)
    assert ended.status == 0, ended.output + ended.errors
    name = ended.output.splitlines()[0]
    seen = events(ended.output)
    assert seen[-1]["event"] == "workflow"
    assert (seen[-1]["workflow"], seen[-1]["phase"]) == (name, "Succeeded")
    assert {step.get("stage") for step in seen if step["phase"] == "Succeeded"} >= {
        "prepare",
        "plan",
        "train",
        "report",
    }
    assert f"fer fetch-report {name} --to report" in ended.errors

    said = run_alone("logs", name, "--stage", "train", environment=way)
    assert said.status == 0
    assert "train cnn 1:0: " in said.output
    assert "made in" in said.output

    fetched = run_alone("fetch-report", name, "--to", tmp_path / "report", environment=way)
    assert fetched.status == 0, fetched.errors
    assert Path(fetched.output.strip()).read_text().startswith("<!")


def test_a_stage_that_fails_shows_its_log_and_gives_its_status(direct: Environment, store: ClusterStore) -> None:
    text = study("unfit-pod", classifiers='"timm:crossvit_tiny_240"', ratios="1.0", generator=False)
    uri = store.put("tests/unfit-pod.yaml", text.encode())
    ended = run_alone("submit", uri, "--stage", "train", "--follow", environment=direct)
    assert ended.status == 2, ended.output + ended.errors
    assert "cannot take images of 48 x 48" in ended.output
    watched = run_alone("watch", ended.output.splitlines()[0], environment=direct)
    assert watched.status == 1
    assert "Failed" in {step["phase"] for step in events(watched.output) if step.get("stage") == "train"}


def test_a_study_that_cannot_be_planned_ends_with_the_plans_status(direct: Environment, store: ClusterStore) -> None:
    uri = store.put("tests/wrong.yaml", b"name: wrong\n")
    ended = run_alone("submit", uri, "--stage", "train", "--follow", environment=direct)
    assert ended.status == 2, ended.output + ended.errors
    assert "so there is nothing to do" in ended.output


def test_ctrl_c_ends_the_watching_and_not_the_workflow(direct: Environment) -> None:
    with kept_signals():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it runs behind itself ignore it
        process = start("submit", "tiny", "--stage", "prepare", "--watch", environment=direct)
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"workflow {name} goes on; come back with: fer watch {name}" in errors
    assert Grid(name).wait().phase == "Succeeded"


def test_a_misspelt_workflow_is_answered_with_the_nearest(way: Environment, store: ClusterStore) -> None:
    name = Grid.submit(store.put("tests/wrong.yaml", b"name: wrong\n")).name
    for command in (("watch",), ("logs",), ("fetch-report", "--to", "nowhere")):
        refusal = run_alone(*command, f"{name}x", environment=way).refusal
        assert refusal.startswith(f"workflow {name}x: not in namespace fer; did you mean ")


def test_a_namespace_without_the_templates_is_answered_with_how_to_install_them(way: Environment) -> None:
    refusal = run_alone("submit", "tiny", "--namespace", "default", environment=way).refusal
    assert refusal.endswith(
        "has no workflow template fer-stages; install it with: kubectl apply -k manifests/overlays/<yours>"
    )


def as_account(account: str, folder: Path) -> Environment:
    """The current context's cluster, with the rights of a service account."""
    config = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
    config["users"] = [
        {"name": config["users"][0]["name"], "user": {"token": kubectl("create", "token", account).strip()}}
    ]
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return {"KUBECONFIG": str(path)}


def test_the_account_for_submitting_may_submit_and_follow(tmp_path: Path) -> None:
    account = as_account("fer-submit", tmp_path)
    ended = run_alone("submit", "tiny", "--stage", "prepare", "--follow", environment=account)
    assert ended.status == 0, ended.errors
    assert "test images are leak-free" in ended.output


def test_the_account_of_the_stages_may_not(tmp_path: Path) -> None:
    refusal = run_alone("submit", "tiny", environment=as_account("fer-stage", tmp_path)).refusal
    assert "bind your account to the role fer-submit of that namespace" in refusal
