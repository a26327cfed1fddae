"""``fer export``: a data set or a synthetic set as class folders of PNG, or as FER2013's CSV."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from fer.data.dataset import Split, load_dataset
from fer.data.export import export_csv, export_folders
from fer.errors import RequestError
from fer.generators.artifact import load_labelled
from fer.store import Store, open_store
from fer.study import DrawnSpec
from jobs.context import Request, open_context
from jobs.coordinates import find_generator_task
from jobs.inputs import SAMPLES
from jobs.options import SOURCE_HELP, STUDY_HELP, OneOf, generator_options, store_option, study_options
from jobs.sources import prepared_ref

FORMATS: Mapping[str, Callable[[Mapping[str, Split], Sequence[str], Path], None]] = {
    "folders": export_folders,
    "csv": export_csv,
}
Command = TypeVar("Command", bound=Callable[..., Any])


def export_options(command: Command) -> Command:
    """``--as`` and ``--to``."""
    command = click.option(
        "--to", "target", type=click.Path(path_type=Path), required=True, help="New folder, or CSV file."
    )(command)
    return click.option("--as", "format_name", type=OneOf(list(FORMATS)), default="folders", show_default=True)(command)


@click.group(short_help="Write images as class folders or CSV.")
def command() -> None:
    """Write images as class folders of PNG, or as FER2013's CSV (emotion, pixels, Usage).

    `fer prepare` reads both formats back.
    """


@command.command(name="dataset")
@click.option("--study", help=STUDY_HELP)
@click.option("--source", help=SOURCE_HELP)
@store_option
@export_options
def dataset_command(study: str | None, source: str | None, store_uri: str, format_name: str, target: Path) -> None:
    """Write the data set of a planned study, or of a prepared source."""
    if study is not None:
        context = open_context(Request(study, store_uri, source))
        store, digest = context.store, context.planned.dataset
    else:
        store = open_store(store_uri)
        digest = _prepared(store, source)
    dataset = load_dataset(store.fetch("dataset", digest))
    FORMATS[format_name](dataset.splits, dataset.classes, target)
    click.echo(f"{sum(map(len, dataset.splits.values())):,} images in {target}")


@command.command(name="synthetic")
@study_options
@generator_options
@click.option("--volume", type=int, default=1, show_default=True, help="Which N samples: the first, the second, ...")
@export_options
def synthetic_command(
    study: str,
    store_uri: str,
    source: str | None,
    generator: str,
    ratio: float | None,
    seed: int,
    volume: int,
    format_name: str,
    target: Path,
) -> None:
    """Write the samples of a generator, as a training split."""
    request = Request(study, store_uri, source)
    context = open_context(request)
    task = find_generator_task(context.planned, "generate", generator=generator, seed=seed, ratio=ratio, volume=volume)
    if not context.store.exists(task.recipe.kind, task.digest):
        raise RequestError(f"{task}: does not exist yet; make it with: {task.command} {request.flags}")
    samples = Split(*load_labelled(context.store.fetch(task.recipe.kind, task.digest) / SAMPLES))
    FORMATS[format_name]({"train": samples}, context.planned.classes, target)
    click.echo(f"{len(samples):,} images in {target}")


def _prepared(store: Store, source: str | None) -> str:
    if source is None:
        raise RequestError("there is neither --study nor --source; give one of them")
    found = store.read_ref(prepared_ref(source, DrawnSpec()))
    if found is None:
        command = shlex.join(["fer", "prepare", "--source", source, "--store", store.uri])
        raise RequestError(f"{source} is not prepared in {store.uri}; run: {command}")
    return str(found["dataset"])
