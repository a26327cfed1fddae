"""``fer run``: a whole study on this machine."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from fer.errors import TryAgain
from fer.plan import tasks
from fer.report.results import Missing
from fer.runtime.signals import StopFlag
from fer.store import ClaimedElsewhere, open_store
from jobs.context import Context, Request
from jobs.machine import default_workers, environments
from jobs.options import SOURCE_HELP, store_option
from jobs.pace import Pace
from jobs.plan import plan
from jobs.prepare import described_source, prepare
from jobs.report import report
from jobs.results import Score, scores, scores_text
from jobs.schedule import CLAIMED_SECONDS, RETRY_SECONDS, Schedule
from jobs.stage import installed_stop
from jobs.states import states
from jobs.work_through import work_through

logger = logging.getLogger(__name__)

ROWS = 200
Result = TypeVar("Result")


@click.command(short_help="Run a whole study on this machine.")
@click.argument("study", metavar="STUDY")
@click.option("--source", help=SOURCE_HELP)
@store_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Tasks at a time, each with its share of the cores or a GPU; by default one per GPU, without any GPU as many"
    " as the study's threads leave room for.",
)
def command(study: str, store_uri: str, source: str | None, workers: int | None) -> int:
    """Run a whole study on this machine: prepare, plan, every task, and the report.

    STUDY is a built-in name, a YAML file, the store URI of one, or the name of a study planned in the store. What
    exists is not made again, so the same command goes on after an interruption. Exit status 1 if a task failed or a
    cell is damaged.
    """
    stop = installed_stop(at_once=True)
    request = Request(study, store_uri, source)
    context = pinned(request, stop)
    schedule = run_tasks(context, workers, stop)
    done = schedule.in_state("done")
    found, damaged = scores(context.store, done, {task.digest for task in done})
    click.echo("\n".join(summary(schedule, found, damaged)))
    written = patiently(lambda: report(context, stop), stop)
    click.echo(f"report: {written}" if "://" in written else f"report: {written}\n        {Path(written).as_uri()}")
    return 1 if schedule.endings or damaged else 0


def pinned(request: Request, stop: StopFlag) -> Context:
    """The study, planned on its source as it is now."""
    store = open_store(request.store)
    uri, drawn = described_source(store, request.source, request.study)
    prepared = patiently(lambda: prepare(store, uri, drawn, stop), stop)
    return patiently(lambda: plan(request, stop, content=prepared.fingerprint), stop)


def run_tasks(context: Context, workers: int | None, stop: StopFlag) -> Schedule:
    """Bring every task of the study to an end; starts no process where everything exists.

    Afterwards SIGTERM and Ctrl-C stop at once, as before.
    """
    all_tasks = tasks(context.planned)
    known = states(context.store, all_tasks)
    schedule = Schedule(all_tasks, {digest for digest, state in known.items() if state.name == "exists"})
    to_do = schedule.in_state("to do")
    if to_do:
        shares = environments(min(workers or default_workers(context.planned.study), len(to_do)))
        pace = Pace(context.store, to_do)
        stop.install()  # workers have something to save
        work_through(schedule, context.planned, context.request, shares, pace, stop)
        stop.install_at_once()
    return schedule


def summary(schedule: Schedule, found: Sequence[Score], damaged: Sequence[Missing]) -> list[str]:
    """What came of the study: the scores of its cells, which are damaged, then what failed and why."""
    lines = scores_text(found, ROWS)
    if damaged:
        lines += [
            "",
            f"damaged cells: {len(damaged):,}",
            *cut([f"  {cell.state}: {cell.task}: {cell.reason}" for cell in damaged]),
        ]
    failed = schedule.in_state("failed", "killed", "stopped", "skipped")
    if failed:
        endings = [(task, schedule.endings[task.digest]) for task in failed]
        lines += [
            "",
            f"{len(failed):,} of {len(schedule.tasks):,} tasks failed or were skipped:",
            *cut([f"  {ending.state}: {task}: {ending.reason}" for task, ending in endings]),
        ]
    return [*lines, ""]


def cut(lines: list[str]) -> list[str]:
    """The first ``ROWS`` lines, and how many more there are."""
    more = len(lines) - ROWS
    return [*lines[:ROWS], f"  ... and {more:,} more"] if more > 0 else lines


def patiently(do: Callable[[], Result], stop: StopFlag) -> Result:
    """Call ``do``: wait where another process is at it, and try again a few times where the store is away."""
    pauses = list(RETRY_SECONDS)
    while True:
        stop.check()
        try:
            return do()
        except ClaimedElsewhere as error:
            logger.info("waiting: %s", error)
            pause = CLAIMED_SECONDS
        except TryAgain as error:
            if not pauses:
                raise
            pause = pauses.pop(0)
            logger.info("%s; trying again in %.0f s", error, pause)
        until = time.monotonic() + pause
        while time.monotonic() < until and not stop.requested:
            time.sleep(0.1)
