"""``fer logs``: what the pods of a workflow say."""

import logging
from typing import get_args

import click

from fer.errors import RequestError
from fer.naming import nearest
from fer.revisions import Stage
from jobs.cluster import Cluster, open_cluster
from jobs.follow import Logs, states
from jobs.options import OneOf, come_back, namespace_option
from jobs.steps import Attempt, Step, Workflow

logger = logging.getLogger(__name__)


@click.command(short_help="Show what a workflow's pods say.")
@click.argument("name")
@click.option("--stage", type=OneOf(get_args(Stage)), help="Only the pods of this stage.")
@click.option("--pod", help="Only this pod.")
@namespace_option
def command(name: str, stage: Stage | None, pod: str | None, namespace: str) -> int:
    """Show what the pods of the workflow NAME say, each line after its step's name, until the workflow is over.

    Pods that succeeded are gone soon afterwards, with their logs. Ctrl-C ends the reading, not the workflow.
    """
    return show_logs(open_cluster(namespace), name, stage, pod)


def show_logs(cluster: Cluster, name: str, stage: Stage | None, pod: str | None) -> int:
    """Print the logs and return the exit status: 0, or 130 for Ctrl-C. RequestError where there is no such pod."""
    logs = Logs(cluster, name, lambda step, line: click.echo(line if pod else f"{step}: {line}"))
    try:
        for workflow in states(cluster, name):
            chosen = [(step, attempt) for step, attempt in _attempts(workflow) if stage in (None, step.stage)]
            if pod is not None:
                chosen = [(step, attempt) for step, attempt in chosen if attempt.pod == pod]
                if not chosen:
                    known = [attempt.pod for _, attempt in _attempts(workflow)]
                    raise RequestError(f"--pod {pod}: not in workflow {name}; {nearest(pod, known)}")
            for step, attempt in chosen:
                logs.read(step, attempt)
            if pod is not None and chosen[0][1].phase != "Pending":
                break
        logs.wait()
    except KeyboardInterrupt:
        logger.warning("workflow %s goes on; come back with: %s", name, come_back("logs", name, cluster.namespace))
        return 130
    return 0


def _attempts(workflow: Workflow) -> list[tuple[Step, Attempt]]:
    return [(step, attempt) for step in workflow.steps for attempt in step.attempts]
