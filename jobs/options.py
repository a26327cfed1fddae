"""Flags that several commands share."""

import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from fer.naming import nearest

Command = TypeVar("Command", bound=Callable[..., Any])

NAMESPACE = "fer"
"""Where the manifests install everything."""
STUDY_HELP = (
    "Built-in name, YAML file, store URI of one, name of a study planned in the store, or NAME@PLAN, one plan of it."
)
SOURCE_HELP = "Data set: drawn, a path or a store URI; by default the study's, or the only one it is planned for."


class AbsentWhereEmpty(click.Option):
    """An option that an empty value leaves out: a workflow can pass a parameter, but not leave a flag away."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Like click's own, on the values that are not empty."""
        kept: dict[str, Any] = {}
        for name, given in opts.items():
            if name != self.name:
                kept[name] = given
            elif isinstance(given, list):
                kept[name] = [value for value in given if value != ""]
            elif given != "":
                kept[name] = given
        return super().consume_value(ctx, kept)


class OneOf(click.Choice[str]):
    """One of a few names; another one is answered with the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002
        """What click says after the flag's name."""
        return f"there is no {value}; {nearest(str(value), map(str, self.choices))}"


class Moment(click.ParamType[datetime]):
    """A time with its zone, as RFC 3339 writes it; becomes a ``datetime`` in UTC."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time; fails where the text is none, where UTC has none, or where machines would take it differently."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"{value!r} is no time with a zone; write it like 2026-11-25T06:00:00Z", param, ctx)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail(f"{value!r} is outside the years 1 to 9999 in UTC; give another", param, ctx)


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
    command = click.option("--source", cls=AbsentWhereEmpty, help=SOURCE_HELP)(command)
    command = store_option(command)
    return click.option("--study", required=True, help=STUDY_HELP)(command)


def generator_options(command: Command) -> Command:
    """``--generator``, ``--ratio`` and ``--seed`` of a generator's run."""
    command = click.option("--seed", type=int, required=True)(command)
    help_text = "Real ratio of the mix that it serves, for a generator with real: match."
    command = click.option("--ratio", cls=AbsentWhereEmpty, type=float, help=help_text)(command)
    return click.option("--generator", cls=AbsentWhereEmpty, required=True, help="Its name in the study.")(command)


def place_options(command: Command) -> Command:
    """Every coordinate, each of which may be left out."""
    texts = ("classifier", "generator", "evaluator")
    for name, of_type in (("seed", int), ("volume", int), ("ratio", float), *((text, str) for text in texts)):
        command = click.option(f"--{name}", cls=AbsentWhereEmpty, type=of_type)(command)
    return command


def replicate_option(command: Command) -> Command:
    """``--replicate``."""
    help_text = "Plan a study of its own, named after this time and with a new seed that follows from it."
    return click.option("--replicate", cls=AbsentWhereEmpty, type=Moment(), metavar="TIME", help=help_text)(command)


def namespace_option(command: Command) -> Command:
    """``--namespace``: where on a cluster."""
    option = click.option(
        "--namespace", envvar="ARGO_NAMESPACE", default=NAMESPACE, show_default=f"$ARGO_NAMESPACE, else {NAMESPACE}"
    )
    return option(command)


def come_back(command_name: str, workflow: str, namespace: str, *more: str) -> str:
    """A command about a workflow, for a message that tells somebody to type it."""
    where = [] if namespace == NAMESPACE else ["--namespace", namespace]
    return shlex.join(["fer", command_name, workflow, *more, *where])


def dry_run_option(command: Command) -> Command:
    """``--dry-run``."""
    return click.option(
        "--dry-run", is_flag=True, help="Print the recipe, its digest and whether it exists; make nothing."
    )(command)


def json_option(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
