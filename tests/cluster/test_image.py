"""The image: what it holds and what it does without, in a pod as strict as a cluster may ask for."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fer.classifiers.registry import CLASSIFIERS
from tests.cluster.kube import get, kubectl, run
from tests.cluster.studies import study

ROOT = Path(__file__).parents[2]
POD = "image"
STRANGER = 424242
"""A user that the image has never heard of."""
STRICT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
LOOK = """
import json, os, shutil
names = ("cc", "gcc", "g++", "c++", "clang", "make", "pip")
print(json.dumps({
    "user": os.getuid(),
    "writable": [path for path in ("/", "/opt", "/opt/fer-code", "/etc") if os.access(path, os.W_OK)],
    "builders": [name for name in names if shutil.which(name)],
    "caches": [path for path in ("/root/.cache", "/var/cache/apt/pkgcache.bin") if os.path.lexists(path)],
}))
"""


STUDY = ("/scratch/inside.yaml", study("inside", ratios="1.0", generator=False))
WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"


def _image() -> str:
    return str(get("configmap", "fer-settings")["data"]["image"])


@pytest.fixture(scope="module")
def strict_pod() -> Iterator[str]:
    """A pod of the image that idles: another user, a read-only root, scratch on a volume.

    It asks for no processor: it would push a pod of a study aside, whose priority is lower.
    """
    scratch = {"name": "scratch", "mountPath": "/scratch"}
    container = {
        "name": "main",
        "image": _image(),
        "command": ["sleep", "600"],
        "env": [{"name": "TMPDIR", "value": "/scratch"}],
        "securityContext": STRICT,
        "volumeMounts": [scratch],
        "resources": {"requests": {"cpu": "0", "memory": "2Gi"}, "limits": {"memory": "2Gi"}},
    }
    user = {"runAsNonRoot": True, "runAsUser": STRANGER, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": POD},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": user,
            "containers": [container],
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        },
    }
    kubectl("create", "--filename=-", given=json.dumps(pod))
    try:
        kubectl("wait", f"pod/{POD}", "--for=condition=Ready", "--timeout=280s", seconds=300)
        yield POD
    finally:
        kubectl("delete", "pod", POD, "--wait=false")


def _inside(pod: str, *command: str) -> str:
    return kubectl("exec", pod, "--", *command, seconds=300)


def test_nothing_but_scratch_can_be_written_and_nothing_can_be_built(strict_pod: str) -> None:
    """No compiler, no pip, no cache of either; any user will do."""
    found = json.loads(_inside(strict_pod, "python", "-c", LOOK))
    assert found == {"user": STRANGER, "writable": [], "builders": [], "caches": []}


def test_the_version_tells_the_commit_and_the_image_holds_the_code_that_is_here(strict_pod: str) -> None:
    """What ``fer --version`` prints is what the manifests of everything made in the image record.

    An image of older code would let every other test here pass without trying what it is about.
    """
    printed = _inside(strict_pod, "fer", "--version").split()[-1]
    recorded = _inside(strict_pod, "python", "-c", "from fer.store import origin; print(origin.code_version())").strip()
    assert printed == recorded
    version, _, revision = printed.partition("+g")
    assert version == _project_version()
    commit = revision.removesuffix(".dirty")
    changed = run("git", "-C", str(ROOT), "diff", "--name-only", commit, "--", "fer", "jobs", "images").split()
    assert not changed, f"the image is of {revision}, and since then these have changed: make image image-load"


def test_a_study_runs_in_it(strict_pod: str) -> None:
    """Models, network code, data files and templates are all there, and caches go to scratch."""
    models: dict[str, Any] = json.loads(_inside(strict_pod, "fer", "models", "--json"))
    assert set(models["classifiers"]) == set(CLASSIFIERS)
    _inside(
        strict_pod, "python", "-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])", *STUDY
    )
    _inside(strict_pod, "fer", "run", STUDY[0], "--store", "/scratch/store", "--workers", "1")
    assert "train: 1 done of 1" in _inside(strict_pod, "fer", "status", STUDY[0], "--store", "/scratch/store")


def test_the_labels_and_the_user_are_set() -> None:
    """As whoever finds the image in a registry reads them; looked up where the image was built."""
    config = _built_config(_image())
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == "fer"
    assert labels["org.opencontainers.image.version"].startswith(_project_version())
    assert labels["org.opencontainers.image.revision"]
    user, _, group = config["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert config["Entrypoint"] == ["fer"]


def _built_config(image: str) -> dict[str, Any]:
    for engine in ("docker", "podman", "buildah"):
        inspect = ("inspect", "--type=image") if engine == "buildah" else ("image", "inspect")
        try:
            done = subprocess.run((engine, *inspect, image), capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            found = json.loads(done.stdout)
            config: dict[str, Any] = found["OCIv1"]["config"] if engine == "buildah" else found[0]["Config"]
            return config
    pytest.skip(f"neither docker nor podman nor buildah holds {image} on this machine")


def _project_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
