"""``fer fetch-report``: a study's report from the store to a folder here."""

import shutil
from pathlib import Path

import click

from fer.errors import RequestError
from fer.paths import local_path
from fer.store import Store
from fer.studies import built_in_studies
from jobs.cluster import open_cluster
from jobs.context import Context, Request, names_one_plan, open_context
from jobs.options import SOURCE_HELP, AbsentWhereEmpty, come_back, namespace_option
from jobs.report import PAGE
from jobs.sources import planned_names, report_ref
from jobs.steps import read_workflow
from jobs.uploads import store_of_cluster


@click.command(name="fetch-report", short_help="Copy a study's report from the store to a folder.")
@click.argument("name")
@click.option("--to", "target", type=click.Path(path_type=Path), required=True, help="Folder; must not exist yet.")
@click.option("--source", cls=AbsentWhereEmpty, help=SOURCE_HELP)
@click.option("--store", "store_uri", envvar="FER_STORE", help="The cluster's store, as this machine reaches it.")
@namespace_option
def command(name: str, target: Path, source: str | None, store_uri: str | None, namespace: str) -> None:
    """Copy the newest report of NAME, a workflow or a study planned in the store, to a folder; prints its page."""
    target = local_path(str(target))
    if target.exists():
        raise RequestError(f"--to {target}: exists; give a folder that does not")
    store = store_of_cluster(store_uri)
    context = open_context(_request(name, store, source, namespace))
    where = report_ref(context.planned.study.name, context.source, context.planned.study.data.drawn)
    ref = store.read_ref(where)
    if ref is None:
        raise RequestError(
            f"study {context.planned.study.name} has no report in {store.uri} yet; "
            f"follow its workflow with: {come_back('watch', name, namespace)}"
        )
    copy_report(context, str(ref["report"]), target)
    click.echo(str(target / PAGE))


def copy_report(context: Context, digest: str, target: Path) -> None:
    """Copy a report's files, verified, into a folder that this makes. RequestError where it cannot be written."""
    folder = context.store.fetch("report", digest)
    try:
        shutil.copytree(folder, target)
    except OSError as error:
        # Where single files failed, the error is a list of (file, copy, reason) and has no reason of its own.
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
        raise RequestError(f"--to {target}: cannot be written ({reason}); give another folder") from error


def _request(name: str, store: Store, source: str | None, namespace: str) -> Request:
    """The planned study that a workflow made, or the study itself."""
    if names_one_plan(name) or name in built_in_studies() or name in planned_names(store):
        return Request(name, store.uri, source)
    workflow = read_workflow(open_cluster(namespace).workflow(name))
    if workflow.study is None:
        raise RequestError(
            f"workflow {name} has not planned its study: {workflow.message or workflow.phase or 'Pending'}"
        )
    return Request(workflow.study, store.uri, source or workflow.source)
