"""What kustomize makes of the manifests: the overlays, and the local one with each component that no overlay has."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "manifests"
CASES = Path(__file__).parent / "cases"

FOLDERS = {
    "local": MANIFESTS / "overlays" / "local",
    "gpu": MANIFESTS / "overlays" / "gpu",
    "metrics": CASES / "metrics",
    "metrics-argo": MANIFESTS / "components" / "metrics" / "argo",
    "report-artifacts": CASES / "report-artifacts",
}
BASES = {"metrics": "local", "report-artifacts": "local"}
"""What else is in a rendering: its golden file holds only what differs."""


class RenderingError(Exception):
    """What is wrong, in one or a few lines."""


def render(name: str) -> list[Document]:
    """Every object of a rendering. Raises RenderingError where kustomize refuses."""
    return documents(_text(name))


@cache
def _text(name: str) -> str:
    if shutil.which("kubectl") is None:
        raise RenderingError("kubectl is not on the path; kustomize is in it")
    done = subprocess.run(
        ["kubectl", "kustomize", FOLDERS[name]], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise RenderingError(f"{FOLDERS[name].relative_to(ROOT)}: {done.stderr.strip()}")
    return done.stdout


def documents(text: str) -> list[Document]:
    """The objects in a YAML text."""
    return [document for document in yaml.safe_load_all(text) if document is not None]


def title(document: Document) -> str:
    """Kind, namespace and name of an object."""
    metadata = document["metadata"]
    name = metadata.get("name") or metadata["generateName"]
    return f"{document['kind']} {metadata.get('namespace', '-')}/{name}"
