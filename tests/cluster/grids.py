"""Workflows as ``argo submit -n fer argo/grid.yaml`` starts them, and their nodes."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from jobs.cluster import with_nodes
from tests.cluster.kube import NAMESPACE, get, kubectl, run

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Node:
    """A node of a workflow's tree."""

    id: str
    name: str
    kind: str
    """Pod, Retry, DAG, TaskGroup, ..."""
    template: str
    phase: str
    message: str
    exit_code: str
    """Empty where it did not end by itself."""
    retry: bool
    """Whether it is one attempt of a Retry node."""
    inputs: dict[str, str]
    children: tuple[str, ...]
    seconds: float

    @classmethod
    def of(cls, status: dict[str, Any]) -> Self:
        """From a workflow's status."""
        times = [status.get(key) for key in ("startedAt", "finishedAt")]
        began, ended = (None if time is None else datetime.fromisoformat(time) for time in times)
        return cls(
            id=status["id"],
            name=status["displayName"],
            kind=status["type"],
            template=status.get("templateName", ""),
            phase=status["phase"],
            message=status.get("message", ""),
            exit_code=status.get("outputs", {}).get("exitCode", ""),
            retry=status.get("nodeFlag", {}).get("retried", False),
            inputs={given["name"]: given.get("value", "") for given in status.get("inputs", {}).get("parameters", ())},
            children=tuple(status.get("children", ())),
            seconds=0.0 if began is None or ended is None else (ended - began).total_seconds(),
        )


class Grid:
    """One workflow."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def submit(cls, study: str, *flags: str, **parameters: str | int) -> Self:
        """Start it, with flags of ``argo submit``; an underscore in a parameter's name stands for a hyphen."""
        return cls(run(*submission(study, *flags, **parameters)).split()[0])

    def wait(self, seconds: float = 900) -> Self:
        """Wait for its end, good or bad."""
        limit = ("--for=condition=Completed", f"--timeout={seconds:.0f}s")
        try:
            kubectl("wait", f"workflow/{self.name}", *limit, seconds=seconds + 60)
        except AssertionError as failed:
            if "timed out" not in str(failed):
                raise
            raise AssertionError(f"not over after {seconds:.0f} s: {self.said()}") from failed
        return self

    def stop(self) -> None:
        """End it, its pods with a checkpoint."""
        run("argo", "stop", f"--namespace={NAMESPACE}", self.name)

    def workflow(self) -> dict[str, Any]:
        """The object."""
        return get("workflow", self.name)

    @property
    def phase(self) -> str:
        """Running, Succeeded, Failed, ...; empty before the controller has seen it."""
        return str(self.workflow().get("status", {}).get("phase", ""))

    def nodes(self) -> list[Node]:
        """Its nodes, in order of their start."""
        found = nodes_of(self.workflow())
        return [Node.of(node) for node in sorted(found.values(), key=lambda node: str(node.get("startedAt")))]

    def pods(self, template: str | None = None) -> list[Node]:
        """Its pods' nodes, of one stage or of all."""
        return [node for node in self.nodes() if node.kind == "Pod" and template in (None, node.template)]

    def tasks(self) -> list[Node]:
        """The nodes of what its pods do, each of them once, however often it was tried."""
        return [node for node in self.nodes() if node.kind == "Retry"]

    def done(self, template: str) -> bool:
        """Whether a pod of a stage ended well."""
        return any(pod.phase == "Succeeded" for pod in self.pods(template))

    def attempts(self, template: str) -> list[list[Node]]:
        """The attempts at each task of a stage that was tried more than once, in order."""
        nodes = self.nodes()
        retries = [node for node in nodes if node.kind == "Retry" and node.template == template]
        tried = [[node for node in nodes if node.id in retry.children and node.kind == "Pod"] for retry in retries]
        return [attempts for attempts in tried if len(attempts) > 1]

    def said(self) -> str:
        """What to show where it did not end as it should."""
        lines = [f"{n.phase:10} {n.template:10} {n.seconds:5.0f} s  {n.name}  {n.message}" for n in self.nodes()]
        return "\n".join([self.name, *lines])


class Awaited:
    """``argo submit --wait``, beside whatever else goes on."""

    def __init__(self, study: str, *flags: str, **parameters: str | int) -> None:
        """Start it."""
        command = submission(study, "--wait", *flags, **parameters)
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def grid(self) -> Grid:
        """Its workflow, which must have ended well, and the command with it."""
        output, errors = self._process.communicate(timeout=1500)
        assert self._process.returncode == 0, output + errors
        return Grid(output.split()[0])

    def leave(self) -> None:
        """Wait no longer."""
        self._process.kill()
        self._process.wait()


def submission(study: str, *flags: str, **parameters: str | int) -> tuple[str, ...]:
    """The command that starts a study; an underscore in a parameter's name stands for a hyphen."""
    given = {"study": study, **{name.replace("_", "-"): value for name, value in parameters.items()}}
    return (
        *("argo", "submit", str(ROOT / "argo" / "grid.yaml"), f"--namespace={NAMESPACE}", "--output=name"),
        *flags,
        *(f"--parameter={name}={value}" for name, value in given.items()),
    )


def nodes_of(workflow: dict[str, Any]) -> dict[str, Any]:
    """A workflow's nodes, which Argo packs where they are many."""
    nodes: dict[str, Any] = with_nodes(workflow).get("status", {}).get("nodes", {})
    return nodes
