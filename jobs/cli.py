"""The command ``fer``. A subcommand's module is imported when it is called, so that help stays instant."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from fer.errors import StageError
from fer.naming import nearest
from fer.runtime.logs import set_up_logging

logger = logging.getLogger(__name__)

COMMANDS: dict[str, tuple[str, str]] = {
    "prepare": ("jobs.prepare", "Read and audit a data set, and keep it in the store."),
    "plan": ("jobs.plan", "Pin a study to its data and list its cells."),
    "train-evaluator": ("jobs.train_evaluator", "Train a classifier that scores generators."),
    "train-gan": ("jobs.train_gan", "Train one network of a generator."),
    "generate": ("jobs.generate", "Draw labelled samples from a trained generator."),
    "assess": ("jobs.assess", "Measure a generator's samples."),
    "train": ("jobs.train", "Train one classifier on one mix, or several in turn."),
    "report": ("jobs.report", "Write the report over what exists."),
    "compare": ("jobs.compare", "Compare two studies, or two replicates of one."),
    "fan-out": ("jobs.fan_out", "Plan a study, and write how pods share it out."),
    "run": ("jobs.run", "Run a whole study on this machine."),
    "submit": ("jobs.submit", "Run a study on a cluster."),
    "watch": ("jobs.watch", "Follow a study on a cluster."),
    "logs": ("jobs.logs", "Show what a workflow's pods say."),
    "fetch-report": ("jobs.fetch_report", "Copy a study's report from the store to a folder."),
    "status": ("jobs.status", "Say what is done, running and failed, and why."),
    "show": ("jobs.show", "Show what a store holds."),
    "models": ("jobs.models", "List the classifiers and generators."),
    "export": ("jobs.export", "Write images as class folders or CSV."),
    "store": ("jobs.store", "Check a store."),
}
"""Module and short help of every subcommand; each module holds a click command named ``command``."""


class LazyGroup(click.Group):
    """A group whose commands are looked up in ``COMMANDS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names in the order of a study's stages."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name; imports its module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's own, but an unknown name is answered with the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]}; {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="fer")
def cli() -> None:
    """How much real data can generated images replace?

    A study (built in: tiny, smoke, cpu, paper, paper-plus) is run as a whole with `fer run`, or stage by stage.
    """
    from jobs.environment import keep_caches_in_scratch  # tempfile is not needed for help

    keep_caches_in_scratch()


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status; expected errors become one line on standard error."""
    set_up_logging()
    try:
        status: Any = cli.main(arguments, prog_name="fer", standalone_mode=False)
    except NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "fer"
        logger.error("%s: %s", where, " ".join(error.format_message().split()))
        return 2
    except click.Abort:
        logger.error("interrupted")
        return 130
    except StageError as error:
        logger.error("%s", error)
        return error.exit_code
    except Exception:
        logger.exception("this is a bug")
        return 1
    return int(status or 0)


def main() -> None:
    """Entry point of ``fer``."""
    sys.exit(run_command())


if __name__ == "__main__":
    main()
