"""Flags that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

STUDY_HELP = "Built-in name, YAML file, store URI of one, or the name of a study planned in the store."
SOURCE_HELP = "Data set: drawn, a path or a store URI; by default the study's, or the only one it is planned for."


def store_option(command: Command) -> Command:
    """``--store``."""
    option = click.option(
        "--store",
        "store_uri",
        envvar="FER_STORE",
        default="./store",
        show_default="$FER_STORE, else ./store",
        help="Folder, or s3://bucket/prefix.",
    )
    return option(command)


def study_options(command: Command) -> Command:
    """``--study``, ``--store`` and ``--source``: where a stage belongs."""
    command = click.option("--source", help=SOURCE_HELP)(command)
    command = store_option(command)
    return click.option("--study", required=True, help=STUDY_HELP)(command)


def generator_options(command: Command) -> Command:
    """``--generator``, ``--ratio`` and ``--seed`` of a generator's run."""
    command = click.option("--seed", type=int, required=True)(command)
    help_text = "Real ratio of the mix that it serves, for a generator with real: match."
    command = click.option("--ratio", type=float, help=help_text)(command)
    return click.option("--generator", required=True, help="Its name in the study.")(command)


def dry_run_option(command: Command) -> Command:
    """``--dry-run``."""
    return click.option(
        "--dry-run", is_flag=True, help="Print the recipe, its digest and whether it exists; make nothing."
    )(command)


def json_option(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
