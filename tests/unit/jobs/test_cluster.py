"""What a cluster's answers become: a server's words in one line, and an exit status that says whether to try again."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.commands import Fer

REFUSED = "127.0.0.1:1"


@dataclass
class Server:
    """Answers every request with the same."""

    status: int = 200
    body: str = "{}"
    address: str = ""
    headers: list[str] = field(default_factory=list)
    """Authorization of each request."""


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.headers.append(self.headers.get("Authorization", ""))
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(state.body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield state
    listening.shutdown()
    listening.server_close()


@pytest.fixture(params=["kubernetes", "argo"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Which of the two ways to a cluster is meant; ``reach`` sets it up."""
    for name in ("ARGO_SERVER", "ARGO_TOKEN", "ARGO_NAMESPACE", "ARGO_INSECURE_SKIP_VERIFY", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARGO_SECURE", "false")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    backend: str = request.param
    return backend


def reach(backend: str, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if backend == "argo":
        monkeypatch.setenv("ARGO_SERVER", address)
        return
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": f"http://{address}"}}],
        "users": [{"name": "me", "user": {"token": "secret"}}],
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))


def said(message: str) -> str:
    return json.dumps({"message": message, "code": 0})


@pytest.mark.parametrize(
    ("status", "message", "expected", "code"),
    [
        (401, "Unauthorized", "refuses the credentials", 2),
        (403, 'workflows is forbidden: User "x"', "bind your account to the role fer-submit", 2),
        (404, "nothing of the kind", "has no workflow template fer-stages; install it with: kubectl apply -k", 2),
        (400, "a field\nis wrong", "namespace fer: a field is wrong", 2),
        (429, "slow down", "answers 429 (slow down)", 75),
        (503, "not now", "answers 503 (not now)", 75),
    ],
)
def test_an_answer_becomes_one_line_that_says_what_to_do(
    fer: Fer,
    server: Server,
    backend: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    status: int,
    message: str,
    expected: str,
    code: int,
) -> None:
    reach(backend, server.address, monkeypatch, tmp_path)
    server.status, server.body = status, said(message)
    ended = fer("submit", "tiny")
    (line,) = ended.messages
    assert (ended.status, ended.output) == (code, "")
    assert expected in line


def test_a_server_that_is_away_is_worth_another_try(
    fer: Fer, backend: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reach(backend, REFUSED, monkeypatch, tmp_path)
    ended = fer("submit", "tiny")
    (line,) = ended.messages
    assert (ended.status, ended.output) == (75, "")
    assert f"http://{REFUSED} cannot be reached" in line


def test_a_server_without_tls_is_refused_where_tls_is_expected(
    fer: Fer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGO_SERVER", server.address)
    monkeypatch.delenv("ARGO_SECURE", raising=False)
    assert "check its certificate, and for an Argo server ARGO_SECURE" in fer("watch", "x").refusal


def test_an_argo_server_is_given_the_token(fer: Fer, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_SERVER", server.address)
    monkeypatch.setenv("ARGO_SECURE", "false")
    monkeypatch.setenv("ARGO_TOKEN", "Bearer abc")
    server.status = 401
    assert fer("watch", "x").status == 2
    assert server.headers == ["Bearer abc"]


def test_no_cluster_at_all_is_said_with_what_to_set(fer: Fer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ARGO_SERVER", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    for command in (("submit", "tiny"), ("watch", "x"), ("logs", "x")):
        assert (
            "set KUBECONFIG to a file with a current context, or ARGO_SERVER, or start a node" in fer(*command).refusal
        )


@pytest.mark.parametrize("text", ["", "{}", "just text", "[1]", "a: b: c", "contexts: 3"])
def test_a_file_that_names_no_cluster_is_named(
    fer: Fer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    for name in ("ARGO_SERVER", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    assert fer("watch", "x").refusal.startswith(f"no cluster in {tmp_path / 'config'}: ")


def test_the_parts_of_the_project_that_know_the_clients_are_one() -> None:
    root = Path(__file__).parents[3]
    files = [path for folder in ("fer", "jobs") for path in (root / folder).rglob("*.py")]
    knowing = [
        path.relative_to(root).as_posix()
        for path in files
        if any(f"{word} {name}" in path.read_text() for word in ("from", "import") for name in ("kubernetes", "argo_w"))
    ]
    assert knowing == ["jobs/cluster.py"]
