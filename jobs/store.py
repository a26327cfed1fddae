"""``fer store check``: verify a whole store."""

import click

from fer.store import check, open_existing_store
from jobs.options import store_option


@click.group(short_help="Check a store.")
def command() -> None:
    """Look after a store."""


@command.command(name="check")
@store_option
@click.option("--set-aside", is_flag=True, help="Make broken artifacts invisible, so that they are made again.")
def check_command(store_uri: str, set_aside: bool) -> int:
    """Read every file of every artifact and compare it with its manifest; read every ref, claim and outcome.

    Exit status 2 where anything is broken, or where the server ignores conditional writes.
    """
    store = open_existing_store(store_uri)
    problems = check(store)
    for problem in problems:
        click.echo(problem.reason)
        if set_aside:
            store.set_aside(problem.kind, problem.digest)
    records = store.unreadable_records()
    for line in records:
        click.echo(line)
    count = sum(1 for _ in store.artifacts())
    if problems:
        advice = "set aside; run the study again to make them anew" if set_aside else "--set-aside has them made again"
        click.echo(f"{len(problems):,} broken, {advice}")
    else:
        click.echo(f"{count:,} artifacts in {store.uri}, all as they were published")
    if records:
        click.echo(f"{len(records):,} refs, claims or outcomes that cannot be read")
    return 2 if problems or records else 0
