"""``fer submit``: run a study on a cluster."""

import logging
from collections.abc import Mapping
from typing import Any, get_args

import click

from fer.revisions import Stage
from jobs.cluster import Cluster, open_cluster
from jobs.follow import Logs, states
from jobs.options import SOURCE_HELP, AbsentWhereEmpty, OneOf, come_back, namespace_option, place_options
from jobs.steps import ENDED, GONE_WRONG, Step, exit_status
from jobs.uploads import reachable_source, reachable_study
from jobs.watch import watch

logger = logging.getLogger(__name__)

TEMPLATE = "fer-stages"


@click.command(short_help="Run a study on a cluster.")
@click.argument("study")
@click.option("--source", cls=AbsentWhereEmpty, help=SOURCE_HELP.partition(";")[0] + "; by default the study's.")
@click.option("--store", "store_uri", envvar="FER_STORE", help="The cluster's store, for what has to be uploaded.")
@click.option("--pack", type=click.IntRange(min=1), help="Cells that one pod trains; by default the installation's.")
@click.option("--fresh", is_flag=True, help="Add a replicate: a new seed that follows from the time.")
@click.option("--stage", cls=AbsentWhereEmpty, type=OneOf(get_args(Stage)), help="Only this, and what it needs.")
@place_options
@namespace_option
@click.option("--watch", "watching", is_flag=True, help="Follow it to its end, as fer watch does.")
@click.option("--follow", is_flag=True, help="With --stage: show the stage's log, and end with its exit status.")
def command(
    study: str,
    source: str | None,
    store_uri: str | None,
    pack: int | None,
    fresh: bool,
    stage: Stage | None,
    evaluator: str | None,
    generator: str | None,
    classifier: str | None,
    ratio: float | None,
    volume: int | None,
    seed: int | None,
    namespace: str,
    watching: bool,
    follow: bool,
) -> int:
    """Run STUDY on a cluster: the current context's, or through the Argo server that ARGO_SERVER names.

    A study file or data set on this machine is uploaded to the cluster's store first. Prints the workflow's name; the
    workflow goes on whatever becomes of this command.
    """
    given = {
        "evaluator": evaluator,
        "generator": generator,
        "classifier": classifier,
        "ratio": ratio,
        "volume": volume,
        "seed": seed,
    }
    _check_flags(stage, given, follow=follow, watching=watching)
    cluster = open_cluster(namespace)
    cluster.require_template(TEMPLATE)
    place, own_source = reachable_study(study, store_uri)
    wanted = source or own_source
    if wanted is not None:
        wanted = reachable_source(wanted, store_uri)
    parameters = {"study": place, "source": wanted, "pack": pack, "fresh": "true" if fresh else None, "stage": stage}
    name = cluster.create(workflow_for(namespace, {**parameters, **given}))
    click.echo(name)
    logger.info("workflow %s runs by itself; come back to it with: %s", name, come_back("watch", name, namespace))
    logger.info("logs: %s", come_back("logs", name, namespace))
    logger.info("the report, once it is there: %s", come_back("fetch-report", name, namespace, "--to", "report"))
    if follow and stage is not None:
        return follow_stage(cluster, name, stage)
    return watch(cluster, name) if watching else 0


def workflow_for(namespace: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    """The workflow of argo/grid.yaml with the parameters that are not None."""
    given = [{"name": name, "value": str(value)} for name, value in parameters.items() if value is not None]
    spec: dict[str, Any] = {"workflowTemplateRef": {"name": TEMPLATE}}
    if given:
        spec["arguments"] = {"parameters": given}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": "grid-", "namespace": namespace},
        "spec": spec,
    }


def follow_stage(cluster: Cluster, name: str, stage: Stage) -> int:
    """Print what the pods of one stage say, and return the exit status of the stage.

    Where it cannot run since a stage before it failed, that one's log and status are given. Returns 130 for Ctrl-C.
    """
    logs = Logs(cluster, name, lambda _, line: click.echo(line))
    phases: dict[str, str] = {}
    ends: list[Step] = []
    try:
        for workflow in states(cluster, name):
            for step in workflow.steps:
                if phases.get(step.id) != step.phase:
                    phases[step.id] = step.phase
                    logger.info("%s: %s", step, " ".join(f"{step.phase} {step.message}".split()))
            own = [step for step in workflow.steps if step.stage == stage]
            ends = own or [step for step in workflow.steps if step.phase in GONE_WRONG]
            for step in ends:
                for attempt in step.attempts:
                    logs.read(step, attempt)
            if own and all(step.phase in ENDED for step in own):
                break
        logs.wait()
    except KeyboardInterrupt:
        logger.warning("workflow %s goes on; come back with: %s", name, come_back("watch", name, cluster.namespace))
        return 130
    if not ends:
        logger.error("workflow %s never came to %s: %s", name, stage, workflow.message or workflow.phase)
        return 1
    return next((status for step in ends if (status := exit_status(step))), 0)


def _check_flags(stage: Stage | None, given: Mapping[str, object], *, follow: bool, watching: bool) -> None:
    if stage is None:
        for flag, value in {
            "--follow": follow or None,
            **{f"--{name}": value for name, value in given.items()},
        }.items():
            if value is not None:
                raise click.UsageError(f"{flag} belongs to one stage; give --stage, or leave {flag} out")
    if follow and watching:
        raise click.UsageError("--follow and --watch show the same workflow in two ways; give one of them")
