"""What pods of stages may do: be admitted under the restricted standard, and reach what they need, and nothing else."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.grids import Grid
from tests.cluster.kube import NAMESPACE, get, kubectl, run, wait_until
from tests.cluster.stores import ClusterStore
from tests.cluster.studies import study

LONG = study("long", train=2800, ratios="1.0", epochs=100, generator=False)
ELSEWHERE = "fer-elsewhere"
PORT = 8080
MAIN = {"client": "client"}
"""Names of containers that are not called main."""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)
except OSError as error:
    sys.exit(f"refused: {error}")
"""
LIST_SECRETS = """
import ssl, sys, urllib.error, urllib.request
url = "https://kubernetes.default.svc/api/v1/namespaces/fer/secrets"
request = urllib.request.Request(url, headers={"Authorization": "Bearer " + sys.argv[1]})
try:
    urllib.request.urlopen(request, context=ssl._create_unverified_context(), timeout=10)
except urllib.error.HTTPError as error:
    sys.exit(f"HTTP {error.code}")
"""


@pytest.fixture(scope="module")
def stage_pod(store: ClusterStore) -> Iterator[str]:
    """A pod that trains a cell for long enough to try things in it."""
    grid = Grid.submit(store.put("tests/long.yaml", LONG.encode()), stage="train")
    selector = f"--selector=workflows.argoproj.io/workflow={grid.name},app.kubernetes.io/component=train"

    def running() -> str:
        pods = get("pods", selector, "--field-selector=status.phase=Running")["items"]
        return pods[0]["metadata"]["name"] if pods else ""

    yield str(wait_until(running, "a pod that trains", seconds=600))
    grid.stop()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Address of a pod in another namespace that takes connections of anybody who reaches it; another is beside it."""
    image = get("configmap", "fer-settings")["data"]["image"]
    run("kubectl", "create", "namespace", ELSEWHERE)
    programs = {"server": ("python3", "-m", "http.server", str(PORT)), "client": ("sleep", "600")}
    try:
        for name, program in programs.items():
            kubectl(f"--namespace={ELSEWHERE}", "run", name, f"--image={image}", "--command", "--", *program)
        pods = [f"pod/{name}" for name in programs]
        kubectl(f"--namespace={ELSEWHERE}", "wait", *pods, "--for=condition=Ready", "--timeout=280s", seconds=300)
        address = get(f"--namespace={ELSEWHERE}", "pod", "server")["status"]["podIP"]

        def listens() -> bool:
            return python_in("client", CONNECT, address, str(PORT), namespace=ELSEWHERE).returncode == 0

        wait_until(listens, "a server that listens, which a pod that runs need not do yet", seconds=120)
        yield address
    finally:
        run("kubectl", "delete", "namespace", ELSEWHERE, "--wait=false")


def python_in(pod: str, code: str, *arguments: str, namespace: str = NAMESPACE) -> subprocess.CompletedProcess[str]:
    """Run a few lines of Python in a pod."""
    where = ("kubectl", f"--namespace={namespace}", "exec", pod, f"--container={MAIN.get(pod, 'main')}")
    command = (*where, "--", "python3", "-c", code, *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_namespace_takes_pods_of_the_restricted_standard_only() -> None:
    labels = get("namespace", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    command = ("kubectl", f"--namespace={NAMESPACE}", "run", "refused", "--image=none", "--dry-run=server")
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted' in refused.stderr


def test_every_container_of_a_stage_is_unprivileged_and_ours_cannot_write_its_root(stage_pod: str) -> None:
    pod = get("pod", stage_pod)["spec"]
    containers = {container["name"]: container for container in (*pod["initContainers"], *pod["containers"])}
    assert set(containers) == {"init", "wait", "main"}
    assert pod["securityContext"]["runAsNonRoot"]
    for container in containers.values():
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"]["drop"] == ["ALL"]
    assert containers["main"]["securityContext"]["readOnlyRootFilesystem"]
    written = python_in(stage_pod, "open('/opt/fer/new', 'w')")
    assert "Read-only file system" in written.stderr


def test_a_stage_pod_cannot_list_secrets(stage_pod: str) -> None:
    token = kubectl("create", "token", "fer-stage")
    assert python_in(stage_pod, LIST_SECRETS, token).stderr.startswith("HTTP 403")


def test_the_container_of_a_stage_holds_no_token(stage_pod: str) -> None:
    found = python_in(stage_pod, "import os; print(os.path.exists('/var/run/secrets/kubernetes.io'))")
    assert found.stdout.strip() == "False"


def test_a_stage_pod_cannot_connect_to_another_pod(stage_pod: str, elsewhere: str) -> None:
    beside = python_in("client", CONNECT, elsewhere, str(PORT), namespace=ELSEWHERE)
    assert beside.returncode == 0, beside.stderr
    from_stage = python_in(stage_pod, CONNECT, elsewhere, str(PORT))
    assert from_stage.stderr.startswith("refused: "), "a policy keeps it away"
