"""Checks manifests/ and argo/: ``make validate``, and the tests.

Rendered by kustomize, compared with golden files, held against the schema of Argo 3.7, linted by argo, and tried on the
API server of the current context.
"""

import sys
from collections.abc import Callable

import click

from tests.manifests.golden import differences, own, update
from tests.manifests.rendered import FOLDERS, ROOT, Document, RenderingError, documents, render
from tests.manifests.schema import misfits
from tests.manifests.tools import UnavailableError, dry_run, lint

SUBMITTED = ROOT / "argo" / "grid.yaml"
ARGO = ("WorkflowTemplate", "CronWorkflow")


def check_golden() -> list[str]:
    """What is rendered is what somebody looked at."""
    return [difference for name in FOLDERS for difference in differences(name)]


def check_schema() -> list[str]:
    """Argo's objects are such as Argo 3.7 knows."""
    rendered = [document for name in FOLDERS for document in render(name)]
    return sorted({problem for document in [*rendered, *_submitted()] for problem in misfits(document)})


def check_lint() -> list[str]:
    """The workflow that is submitted and the one that is scheduled fit each rendering's template."""
    workflows = [[document for document in render(name) if document["kind"] in ARGO] for name in FOLDERS]
    return lint([[*some, *_submitted()] for some in workflows if some])


def check_server() -> list[str]:
    """The API server would take each rendering. What is the same in several is tried once."""
    return [f"{name}: {problem}" for name in FOLDERS for problem in dry_run(own(name))]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "golden files": check_golden,
    "schema of Argo 3.7": check_schema,
    "argo lint": check_lint,
    "dry run on the server": check_server,
}


def _submitted() -> list[Document]:
    return documents(SUBMITTED.read_text())


@click.command()
@click.option("--update", "renew", is_flag=True, help="Make the golden files what is rendered now, before the checks.")
@click.option("--strict", is_flag=True, help="Fail where a check cannot be made, in place of skipping it.")
def main(renew: bool, strict: bool) -> None:
    """Check manifests/ and argo/."""
    failed = False
    try:
        for name in FOLDERS if renew else ():
            update(name)
    except RenderingError as error:
        raise click.ClickException(str(error)) from error
    for what, check in CHECKS.items():
        try:
            problems = check()
        except UnavailableError as reason:
            click.echo(f"{what}: {'not possible' if strict else 'skipped'}: {reason}", err=True)
            failed = failed or strict
            continue
        except RenderingError as error:
            problems = [str(error)]
        failed = failed or bool(problems)
        click.echo(f"{what}: {'ok' if not problems else 'not ok'}")
        for problem in problems:
            click.echo(f"  {problem}", err=True)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
