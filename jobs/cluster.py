"""The one door to a cluster: workflows and logs, straight from Kubernetes or through an Argo server.

Nothing else in this project imports the clients of Kubernetes and Argo.
"""

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import urllib3
import yaml

from fer.errors import RequestError, StageError, TryAgain
from fer.naming import nearest

T = TypeVar("T")
Json = dict[str, Any]

INSTALL = "kubectl apply -k manifests/overlays/<yours>"
MAIN = "main"
"""The container of a stage's pod that runs the stage."""

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_WORKFLOWS, _TEMPLATES = "workflows", "workflowtemplates"
_TIMEOUT = (10.0, 60.0)
_LOG_TIMEOUT = (10.0, 300.0)
"""Seconds to connect, and between two pieces of an answer: a stage may be silent for longer, and its log is then asked
for anew."""
_BUSY = frozenset({408, 409, 429})


class NoLog(Exception):  # noqa: N818 - a condition
    """A pod has no log to read: it has not started (``may_come``), or is gone."""

    def __init__(self, reason: str, *, may_come: bool = False) -> None:
        super().__init__(reason)
        self.may_come = may_come


class Cluster(Protocol):
    """Workflows in one namespace.

    All methods raise TryAgain where the server cannot be reached or is busy, and RequestError where it refuses.
    """

    namespace: str

    def require_template(self, name: str) -> None:
        """RequestError, with the command that installs it, where the workflow template is not there."""

    def create(self, workflow: Json) -> str:
        """Create a workflow and return its name."""

    def workflow(self, name: str) -> Json:
        """A workflow with its nodes. RequestError, naming the nearest, where there is none of that name."""

    def log(self, workflow: str, pod: str, *, follow: bool) -> Iterator[str]:
        """Lines that a pod of the workflow has said so far; with ``follow`` until it ends. Raises NoLog."""
        ...


def open_cluster(namespace: str) -> Cluster:
    """The Argo server that ARGO_SERVER names, else the current context's Kubernetes, else that of the pod we are in.

    Raises RequestError where there is none of them.
    """
    server = os.environ.get("ARGO_SERVER")
    return ArgoServer(server, namespace) if server else Kubernetes(namespace)


class Kubernetes:
    """The ``Cluster`` protocol on the API server itself."""

    def __init__(self, namespace: str) -> None:
        from kubernetes import client, config

        configuration = client.Configuration()
        file = os.environ.get("KUBECONFIG")
        load: Callable[..., None] = config.load_kube_config
        place = file or "~/.kube/config"
        options = {"config_file": place}
        if not file and "KUBERNETES_SERVICE_HOST" in os.environ:
            load, options, place = config.load_incluster_config, {}, "this pod"
        try:
            load(client_configuration=configuration, **options)
        except (config.ConfigException, yaml.YAMLError, OSError, TypeError) as error:  # the last: YAML of another kind
            raise RequestError(
                f"no cluster in {place}: {_one_line(error)}; set KUBECONFIG to a file with a current context, or "
                "ARGO_SERVER, or start a node with: make cluster-up"
            ) from error
        configuration.retries = False  # whoever calls decides whether to try again, and says so
        connection = client.ApiClient(configuration)
        self.namespace = namespace
        self._server = configuration.host
        self._error = client.ApiException
        self._objects = client.CustomObjectsApi(connection)
        self._core = client.CoreV1Api(connection)

    def require_template(self, name: str) -> None:
        """See ``Cluster``."""
        self._try(
            f"read workflow template {name}", lambda: self._get(_TEMPLATES, name), missing=_no_template(self, name)
        )

    def create(self, workflow: Json) -> str:
        """See ``Cluster``."""
        made: Any = self._try(
            "create a workflow",
            lambda: self._objects.create_namespaced_custom_object(
                _GROUP, _VERSION, self.namespace, _WORKFLOWS, workflow, _request_timeout=_TIMEOUT
            ),
        )
        return str(made["metadata"]["name"])

    def workflow(self, name: str) -> Json:
        """See ``Cluster``."""
        found = self._try(
            f"read workflow {name}",
            lambda: self._get(_WORKFLOWS, name),
            missing=lambda: _no_workflow(self, name, self._names()),
        )
        return with_nodes(found)

    def log(self, workflow: str, pod: str, *, follow: bool) -> Iterator[str]:  # noqa: ARG002
        """See ``Cluster``."""

        answer: Any = self._try(
            f"read the log of pod {pod}",
            lambda: self._core.read_namespaced_pod_log(
                pod,
                self.namespace,
                container=MAIN,
                follow=follow,
                _preload_content=False,
                _request_timeout=_LOG_TIMEOUT,
            ),
            missing=_no_log(pod),
            waiting=NoLog(f"pod {pod} has not started", may_come=True),
        )
        yield from _lines(answer)

    def _get(self, plural: str, name: str) -> Json:
        found: Any = self._objects.get_namespaced_custom_object(
            _GROUP, _VERSION, self.namespace, plural, name, _request_timeout=_TIMEOUT
        )
        return dict(found)

    def _names(self) -> list[str]:
        listed: Any = self._try(
            "list workflows",
            lambda: self._objects.list_namespaced_custom_object(
                _GROUP, _VERSION, self.namespace, _WORKFLOWS, limit=100, _request_timeout=_TIMEOUT
            ),
        )
        return [item["metadata"]["name"] for item in listed["items"]]

    def _try(
        self,
        action: str,
        call: Callable[[], T],
        *,
        missing: Callable[[], StageError] | None = None,
        waiting: NoLog | None = None,
    ) -> T:
        try:
            return call()
        except self._error as error:
            if error.status == 400 and waiting is not None:
                raise waiting from None
            if not error.status:
                raise _unreachable(self._server, action, error) from error
            text = _message(error.body) or str(error.reason)
            if error.status == 404 and missing is not None and "page not found" not in text:
                raise missing() from None
            raise _refusal(self.namespace, self._server, action, error.status, text) from error
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(self._server, action, error) from error


class ArgoServer:
    """The ``Cluster`` protocol on an Argo server, set up by the variables of the ``argo`` program."""

    def __init__(self, server: str, namespace: str) -> None:
        from argo_workflows import ApiClient, ApiException, Configuration
        from argo_workflows.api.workflow_service_api import WorkflowServiceApi
        from argo_workflows.api.workflow_template_service_api import WorkflowTemplateServiceApi
        from argo_workflows.model.io_argoproj_workflow_v1alpha1_workflow_create_request import (
            IoArgoprojWorkflowV1alpha1WorkflowCreateRequest,
        )

        scheme = "http" if os.environ.get("ARGO_SECURE") == "false" else "https"
        base = os.environ.get("ARGO_BASE_HREF", "").strip("/")
        self._server = f"{scheme}://{server}{f'/{base}' if base else ''}"
        configuration = Configuration(host=self._server)
        configuration.verify_ssl = os.environ.get("ARGO_INSECURE_SKIP_VERIFY") != "true"
        configuration.retries = False
        client = ApiClient(configuration)
        token = os.environ.get("ARGO_TOKEN")
        if token:
            client.set_default_header("Authorization", token)
        self.namespace = namespace
        self._error = ApiException
        self._create_request = IoArgoprojWorkflowV1alpha1WorkflowCreateRequest
        self._workflows = WorkflowServiceApi(client)
        self._templates = WorkflowTemplateServiceApi(client)

    def require_template(self, name: str) -> None:
        """See ``Cluster``."""
        self._call(
            f"read workflow template {name}",
            self._templates.get_workflow_template,
            self.namespace,
            name,
            missing=_no_template(self, name),
        )

    def create(self, workflow: Json) -> str:
        """See ``Cluster``."""
        made = self._call(
            "create a workflow",
            self._workflows.create_workflow,
            self.namespace,
            self._create_request(namespace=self.namespace, workflow=workflow, _check_type=False),
        )
        return str(json.loads(made.data)["metadata"]["name"])

    def workflow(self, name: str) -> Json:
        """See ``Cluster``."""
        found = self._call(
            f"read workflow {name}",
            self._workflows.get_workflow,
            self.namespace,
            name,
            missing=lambda: _no_workflow(self, name, self._names()),
        )
        return with_nodes(json.loads(found.data))

    def log(self, workflow: str, pod: str, *, follow: bool) -> Iterator[str]:
        """See ``Cluster``."""

        answer = self._call(
            f"read the log of pod {pod}",
            self._workflows.workflow_logs,
            self.namespace,
            workflow,
            pod_name=pod,
            log_options_container=MAIN,
            log_options_follow=follow,
            missing=_no_log(pod),
            _request_timeout=_LOG_TIMEOUT,
        )
        for line in _lines(answer):
            entry = json.loads(line)
            if "error" in entry:
                raise NoLog(f"pod {pod} is gone ({entry['error'].get('message', '')})")
            yield str(entry["result"].get("content", ""))

    def _names(self) -> list[str]:
        fields = "items.metadata.name"
        listed = self._call("list workflows", self._workflows.list_workflows, self.namespace, fields=fields)
        return [item["metadata"]["name"] for item in json.loads(listed.data)["items"] or []]

    def _call(
        self,
        action: str,
        endpoint: Callable[..., urllib3.HTTPResponse],
        *arguments: object,
        missing: Callable[[], StageError] | None = None,
        _request_timeout: tuple[float, float] = _TIMEOUT,
        **options: object,
    ) -> urllib3.HTTPResponse:
        """Answers are taken as they are: the SDK's models refuse fields that another version of Argo has added."""
        try:
            answer = endpoint(*arguments, **options, _preload_content=False, _request_timeout=_request_timeout)
            status, body = answer.status, None
        except self._error as error:
            if not error.status:
                raise _unreachable(self._server, action, error) from error
            status, body = error.status, error.body
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(self._server, action, error) from error
        except AttributeError as error:
            # Where TLS fails, the SDK stumbles while it reports that: its error has no body to decode.
            if not isinstance(error.__context__, self._error):
                raise
            raise _unreachable(self._server, action, error.__context__) from error
        if 200 <= status < 300:
            return answer
        text = _message(answer.data if body is None else body)
        if status == 404 and missing is not None:
            raise missing()
        raise _refusal(self.namespace, self._server, action, status, text)


def _no_template(cluster: Cluster, name: str) -> Callable[[], RequestError]:
    return lambda: RequestError(
        f"namespace {cluster.namespace} has no workflow template {name}; install it with: {INSTALL}"
    )


def _no_log(pod: str) -> Callable[[], StageError]:
    def refuse() -> StageError:
        raise NoLog(f"pod {pod} is gone")

    return refuse


def _no_workflow(cluster: Cluster, name: str, known: list[str]) -> RequestError:
    return RequestError(f"workflow {name}: not in namespace {cluster.namespace}; {nearest(name, known)}")


def _refusal(namespace: str, server: str, action: str, status: int, text: str) -> StageError:
    """What an answer other than success means to whoever asked."""
    what = f"cannot {action} in namespace {namespace}"
    if status == 401:
        return RequestError(f"{what}: {server} refuses the credentials; log in again, or check ARGO_TOKEN")
    if status == 403:
        return RequestError(f"{what}: not allowed ({text}); bind your account to the role fer-submit of that namespace")
    if status == 404 and "page not found" in text:
        return RequestError(f"{what}: {server} knows no workflows; install Argo Workflows first, then: {INSTALL}")
    if status == 404:
        return RequestError(f"{what}: {text}; install it with: {INSTALL}")
    if status in _BUSY or status >= 500:
        return TryAgain(f"{what}: {server} answers {status} ({text})")
    return RequestError(f"{what}: {text}")


def _unreachable(server: str, action: str, error: Exception) -> StageError:
    if "[SSL" in str(error):
        return RequestError(
            f"cannot {action}: no TLS connection to {server} ({_one_line(error)}); check its certificate, and for an "
            "Argo server ARGO_SECURE and ARGO_INSECURE_SKIP_VERIFY"
        )
    return TryAgain(f"cannot {action}: {server} cannot be reached ({_one_line(error)})")


def _message(body: str | bytes | None) -> str:
    """The reason in an answer, which both servers give as JSON where they can."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    try:
        found = json.loads(text)
    except ValueError:
        return " ".join(text.split())[:300]
    return " ".join(str(found.get("message", text)).split()) if isinstance(found, dict) else text


def with_nodes(workflow: Json) -> Json:
    """The workflow with ``status.nodes`` in the clear: a controller packs them where they get large."""
    status = workflow.get("status") or {}
    packed = status.get("compressedNodes")
    if packed:
        nodes = json.loads(gzip.decompress(base64.b64decode(packed)))
        return {**workflow, "status": {**status, "nodes": nodes}}
    if status.get("offloadNodeStatusVersion") and not status.get("nodes"):
        raise RequestError("this workflow's nodes are in the controller's database; set ARGO_SERVER to read them")
    return workflow


def _lines(answer: Any) -> Iterator[str]:
    """The lines of an answer as they come in. Raises TryAgain where it breaks off."""
    left = b""
    try:
        for piece in answer.stream(amt=None, decode_content=True):
            *whole, left = (left + piece).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)
    except urllib3.exceptions.HTTPError as error:
        raise TryAgain(f"the log broke off ({_one_line(error)})") from error
    finally:
        answer.release_conn()
    if left:
        yield left.decode(errors="replace")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
