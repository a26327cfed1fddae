"""The store in the cluster as this machine reaches it, and the numbers of a study in any store."""

import base64
import hashlib
import io
import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from fer.plan import Task, tasks
from fer.store import Attempt, Manifest, Store, open_objects, open_store
from jobs.context import Context, Request, open_context, read_artifact_file
from tests.cluster.kube import NAMESPACE, get, wait_until
from tests.tables import BESIDE, numbers_of


class ClusterStore:
    """The S3 server in the cluster, through a tunnel that is dug anew where the server was restarted."""

    def __init__(self) -> None:
        settings: dict[str, str] = get("configmap", "fer-store")["data"]
        keys: dict[str, str] = get("secret", "fer-store")["data"]
        self.uri = settings["FER_STORE"]
        self._bucket = "s3://" + urlsplit(self.uri).netloc
        inside = urlsplit(settings["AWS_ENDPOINT_URL_S3"])
        self._service, self._service_port = f"service/{inside.hostname}", inside.port
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        self._tunnel: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{name: base64.b64decode(key).decode() for name, key in keys.items()},
            "AWS_REGION": settings["AWS_REGION"],
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self._port}",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def open(self) -> Store:
        """The store."""
        with self._reached():
            return open_store(self.uri)

    def context(self, study: str) -> Context:
        """A study as it is planned in the store."""
        with self._reached():
            return open_context(Request(study, self.uri))

    def put(self, key: str, data: bytes) -> str:
        """Keep something beside the store, in place of what was there; returns its URI."""
        with self._reached():
            open_objects(self._bucket).write(key, data)
        return f"{self._bucket}/{key}"

    def close(self) -> None:
        """End the tunnel."""
        if self._tunnel is not None:
            self._tunnel.terminate()
            self._tunnel.wait()

    @contextmanager
    def _reached(self) -> Iterator[None]:
        if self._tunnel is None or self._tunnel.poll() is not None or not self._answers():
            self.close()
            ports = f"{self._port}:{self._service_port}"
            self._tunnel = subprocess.Popen(
                ("kubectl", f"--namespace={NAMESPACE}", "port-forward", self._service, ports),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            wait_until(self._answers, "a tunnel to the S3 server", seconds=60)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            yield

    def _answers(self) -> bool:
        """Whether somebody speaks at the other end: the tunnel itself accepts connections to a server that is gone."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=5) as connection:
                connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return connection.recv(4) == b"HTTP"
        except OSError:
            return False


def made(store: Store) -> dict[str, Manifest]:
    """Every artifact's manifest by its digest."""
    kinds = {kind for kind, _ in store.artifacts()}
    return {manifest.digest: manifest for kind in kinds for manifest in store.manifests(kind)}


def attempts(context: Context) -> dict[str, list[Attempt]]:
    """The attempts at each task of a study, by the task's name."""
    return {str(task): context.store.attempts(task.digest) for task in tasks(context.planned)}


def numbers(context: Context) -> dict[str, dict[str, Any]]:
    """All that a study's artifacts hold but times, by task and file: the same numbers are the same bytes.

    Arrays are unpacked first: zlib's versions pack the same bytes differently.
    """
    return {str(task): _numbers(context.store, task) for task in tasks(context.planned)}


def _numbers(store: Store, task: Task) -> dict[str, Any]:
    manifest = store.manifest(task.recipe.kind, task.digest)
    assert manifest is not None, f"{task} was not made"
    return {name: _content(store, task, name) for name in manifest.files}


def _content(store: Store, task: Task, name: str) -> Any:
    data = read_artifact_file(store, task.recipe.kind, task.digest, name)
    if name.endswith(".npz"):
        with np.load(io.BytesIO(data)) as arrays:
            return {key: (str(array.dtype), array.shape, _digest(array.tobytes())) for key, array in arrays.items()}
    if name in ("cell.json", "evaluator.json", "generator.json"):
        return {key: value for key, value in json.loads(data).items() if key not in BESIDE}
    if name in ("history.csv", "snapshots.csv"):
        return numbers_of(data.decode())
    return _digest(data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
