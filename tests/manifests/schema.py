"""Whether Argo's objects fit the schema of Argo 3.7, which its Python client carries as models."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from argo_workflows.configuration import Configuration
from argo_workflows.exceptions import OpenApiException
from argo_workflows.model.io_argoproj_workflow_v1alpha1_cron_workflow import IoArgoprojWorkflowV1alpha1CronWorkflow
from argo_workflows.model.io_argoproj_workflow_v1alpha1_workflow import IoArgoprojWorkflowV1alpha1Workflow
from argo_workflows.model.io_argoproj_workflow_v1alpha1_workflow_template import (
    IoArgoprojWorkflowV1alpha1WorkflowTemplate,
)
from argo_workflows.model_utils import ModelNormal, validate_and_convert_types

from tests.manifests.rendered import Document, title

MODELS = {
    "CronWorkflow": IoArgoprojWorkflowV1alpha1CronWorkflow,
    "Workflow": IoArgoprojWorkflowV1alpha1Workflow,
    "WorkflowTemplate": IoArgoprojWorkflowV1alpha1WorkflowTemplate,
}


def misfits(document: Document) -> list[str]:
    """What the schema does not know or allow, in words; nothing for objects that are not Argo's."""
    if document["kind"] not in MODELS:
        return []
    what = title(document)
    try:
        # The client turns what it is given into models on the spot, hence the copy.
        model = validate_and_convert_types(
            deepcopy(document), (MODELS[document["kind"]],), [what], True, True, Configuration()
        )
    except OpenApiException as error:
        return [f"Argo 3.7: {error}"]
    return [f"Argo 3.7: {what}: there is no {path}" for path in _unknown(document, model, "")]


def _unknown(given: Any, model: Any, path: str) -> Iterator[str]:
    """Paths of fields that no model knows: the client takes them and says nothing."""
    if isinstance(model, ModelNormal):
        fields = {spelled: name for name, spelled in model.attribute_map.items()}
        for key, value in given.items():
            if key in fields:
                yield from _unknown(value, model[fields[key]], f"{path}.{key}")
            else:
                yield f"{path}.{key}".lstrip(".")
    elif isinstance(model, list):
        for place, (value, item) in enumerate(zip(given, model, strict=True)):
            yield from _unknown(value, item, f"{path}[{place}]")
