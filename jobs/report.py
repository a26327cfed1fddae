"""``fer report``: write the report over what exists, with the reason for everything that does not."""

import math
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from fer.data.source import DRAWN
from fer.errors import RequestError
from fer.recipes import Recipe, report_recipe
from fer.report.gather import gather
from fer.report.results import GpuHour, StudyResults
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from jobs.context import Context, Request, open_context
from jobs.options import dry_run_option, study_options
from jobs.sources import report_ref
from jobs.stage import CPU, installed_stop, print_recipe, run_stage

PAGE = "index.html"
LONGEST_CURRENCY = 12


def report(context: Context, stop: StopFlag, gpu_hour: GpuHour | None = None) -> str:
    """Make sure that the report over what the store holds now exists; returns the page's path or URI.

    The ref ``reports/<study>/<source key>`` then names it. ``gpu_hour``: what it says the study costs. Raises
    RequestError naming the file where the report exists and is damaged.
    """
    results = _results(context, gpu_hour)
    recipe = _recipe(results)

    def make(work: Work) -> str:
        from fer.report.write import write_report  # draws figures

        write_report(results, work.folder)
        return CPU

    if context.store.exists(recipe.kind, recipe.digest):
        context.store.fetch(recipe.kind, recipe.digest)  # verifies what somebody is about to read
    run_stage(context.store, recipe, f"report {context.planned.study.name}", make, stop)
    ref = report_ref(context.planned.study.name, context.source, context.planned.study.data.drawn)
    if (context.store.ref_to_replace(ref) or {}).get("report") != recipe.digest:
        context.store.write_ref(ref, {"report": recipe.digest, "when": datetime.now(UTC).isoformat(timespec="seconds")})
    manifest = context.store.manifest(recipe.kind, recipe.digest)
    assert manifest is not None  # noqa: S101 - for the type checker
    return f"{context.store.uri}/{manifest.folder}/{PAGE}"


def _results(context: Context, gpu_hour: GpuHour | None) -> StudyResults:
    found = gather(context.planned, context.store, source_in_words(context.source))
    return replace(found, gpu_hour=gpu_hour)


def _recipe(results: StudyResults) -> Recipe:
    price = None if results.gpu_hour is None else asdict(results.gpu_hour)
    return report_recipe(results.planned, results.present, results.attempts, results.reasons, price)


def _gpu_hour(price: float | None, currency: str) -> GpuHour | None:
    """The flags as they were given. Raises RequestError where they make no price."""
    if price is None:
        if currency:
            raise RequestError("--currency says nothing without a price; give --gpu-hour-price too")
        return None
    if not (math.isfinite(price) and price > 0):
        raise RequestError(f"--gpu-hour-price {price:g}: is no price; give a number above 0, such as 2.50")
    if not currency.isprintable() or len(currency) > LONGEST_CURRENCY:
        raise RequestError(
            f"--currency {currency!r}: give a name of at most {LONGEST_CURRENCY} characters, such as EUR"
        )
    return GpuHour(price, currency)


def source_in_words(source: str) -> str:
    """A source for the page: a path of this machine by its last part, since others may read the report."""
    return source if source == DRAWN or "://" in source else f"{Path(source).name} (a local file or folder)"


@click.command(short_help="Write the report over what exists.")
@study_options
@click.option("--gpu-hour-price", type=float, help="Say what the whole study costs where a GPU hour costs this.")
@click.option("--currency", default="", help="Name of the price's currency.")
@dry_run_option
def command(
    study: str, store_uri: str, source: str | None, gpu_hour_price: float | None, currency: str, dry_run: bool
) -> None:
    """Write the report over what exists: a page, CSV and JSON. What is missing is listed with the reason."""
    stop = installed_stop(at_once=True)
    gpu_hour = _gpu_hour(gpu_hour_price, currency)
    context = open_context(Request(study, store_uri, source))
    if dry_run:
        print_recipe(context.store, _recipe(_results(context, gpu_hour)))
    else:
        click.echo(report(context, stop, gpu_hour))
