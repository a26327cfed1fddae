"""The checks that need a program or a server: argo's linter, and a dry run on the current context's API server."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.manifests.rendered import Document

NAMESPACE = "fer"


class UnavailableError(Exception):
    """A check that cannot be made here, with the reason."""


def lint(document_sets: Sequence[Sequence[Document]]) -> list[str]:
    """What ``argo lint`` says of each set of workflows and the templates that they refer to."""
    if shutil.which("argo") is None:
        raise UnavailableError("the argo program is not on the path")
    problems = []
    for some in document_sets:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump_all(some, file)
            file.flush()
            done = _run("argo", "lint", "--offline", "--no-color", file.name)
        if done.returncode:
            problems.append(f"argo lint: {done.stdout.strip()} {done.stderr.strip()}")
    return problems


def dry_run(objects: Sequence[Document]) -> list[str]:
    """What the API server of the current context would refuse, or hold against the pods' security, were all applied.

    Where it has no namespace ``fer`` yet, they are tried in ``default``, since a dry run makes none. Raises
    UnavailableError where no server answers, or one without Argo.
    """
    if shutil.which("kubectl") is None:
        raise UnavailableError("kubectl is not on the path")
    there = _run("kubectl", "get", "crd", "workflowtemplates.argoproj.io", "--request-timeout=10s")
    if there.returncode:
        context = _run("kubectl", "config", "current-context").stdout.strip() or "none"
        last = (there.stderr.strip().splitlines() or ["no answer"])[-1]
        raise UnavailableError(f"no API server with Argo (current context: {context}): {last}")
    if _run("kubectl", "get", "namespace", NAMESPACE).returncode:
        objects = [_moved(document) for document in objects]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "objects.yaml")
        path.write_text(yaml.safe_dump_all(objects))
        done = _run("kubectl", "apply", "--dry-run=server", f"--filename={path}")
    return [line for line in done.stderr.splitlines() if not line.startswith("Warning:") or "PodSecurity" in line]


def _moved(document: Document) -> Document:
    metadata = document["metadata"]
    if metadata.get("namespace") != NAMESPACE:
        return document
    return {**document, "metadata": {**metadata, "namespace": "default"}}


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
