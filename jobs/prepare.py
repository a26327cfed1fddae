"""``fer prepare``: read a source, audit it, and keep the data set in the store."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fer.data.source import DRAWN, fingerprint, read_source
from fer.errors import RequestError, TryAgain
from fer.recipes import Recipe, dataset_recipe
from fer.runtime.scratch import scratch_folder
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import Store, fetch_uri, open_store
from fer.study import DrawnSpec
from jobs.context import read_artifact_file, read_study
from jobs.options import SOURCE_HELP, AbsentWhereEmpty, dry_run_option, json_option, store_option
from jobs.sources import normalised, prepared_ref, source_of
from jobs.stage import CPU, installed_stop, print_recipe, run_stage

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A data set in the store."""

    source: str
    digest: str
    fingerprint: str
    made: bool
    """False where it existed already."""


def prepare(store: Store, source: str, drawn: DrawnSpec, stop: StopFlag) -> Prepared:
    """Make sure that the store holds the data set of ``source`` as it is now, and that plans find it.

    Raises RequestError for a source that is broken, and TryAgain for one that changes while it is read.
    """
    ref = prepared_ref(source, drawn)
    with _fetched(source) as (place, scratch):
        content = fingerprint(place, drawn)
        recipe = _recipe(source, drawn, content)

        def make(work: Work) -> str:
            from fer.data.audit import audit
            from fer.data.dataset import save_dataset

            dataset = read_source(place, scratch, drawn)
            if fingerprint(place, drawn) != content:
                raise TryAgain(f"{source} has changed while it was read; prepare it again once nobody writes to it")
            save_dataset(dataset, audit(dataset), work.folder)
            return CPU

        made = run_stage(store, recipe, f"prepare {source}", make, stop)
    found = {"dataset": recipe.digest, "fingerprint": content, "source": normalised(source)}
    if store.ref_to_replace(ref) != found:
        store.write_ref(ref, found)
    return Prepared(source, recipe.digest, content, made.here)


@contextmanager
def _fetched(source: str) -> Iterator[tuple[str, Path]]:
    """A place on this machine that holds the source for the length of the block, and a scratch folder.

    Errors name the source as it was given.
    """
    with scratch_folder("fer-source-") as scratch:
        place = source if source == DRAWN else str(fetch_uri(source, scratch))
        try:
            yield place, scratch
        except RequestError as error:
            raise RequestError(str(error).replace(place, source)) from error


def described_source(store: Store, source: str | None, study: str | None) -> tuple[str, DrawnSpec]:
    """The source that the flags mean, and what is drawn where it is ``drawn``. Raises RequestError for none."""
    described = None if study is None else read_study(study, store).study
    source = source_of(store, described, source) if described else source
    if source is None:
        where = f"study {study} names no data set" if study else "there is neither --source nor --study"
        raise RequestError(f"{where}; give --source: drawn, a path or a store URI")
    return source, described.data.drawn if described else DrawnSpec()


def _recipe(source: str, drawn: DrawnSpec, content: str) -> Recipe:
    return dataset_recipe(content, drawn if source == DRAWN else None)


def read_audit(store: Store, digest: str) -> dict[str, Any]:
    """The audit that travels with a data set."""
    audit: dict[str, Any] = json.loads(read_artifact_file(store, "dataset", digest, "audit.json"))
    return audit


@click.command(short_help="Read and audit a data set, and keep it in the store.")
@click.option("--study", help="Study whose data set is meant; decides what is drawn.")
@click.option("--source", cls=AbsentWhereEmpty, help=SOURCE_HELP.partition(";")[0] + "; by default the study's.")
@store_option
@dry_run_option
@json_option
def command(study: str | None, source: str | None, store_uri: str, dry_run: bool, as_json: bool) -> None:
    """Read and audit a data set, and keep it in the store.

    Layouts: Kaggle's train/<class> and test/<class>, the original CSV, class folders with or without splits; each as
    a folder, a zip archive, or the store URI of one. A source that has not changed is not read again.
    """
    store = open_store(store_uri)
    uri, drawn = described_source(store, source, study)
    if dry_run:
        print_recipe(store, _recipe(uri, drawn, fingerprint(uri, drawn)))
        return
    prepared = prepare(store, uri, drawn, installed_stop(at_once=True))
    audit = read_audit(store, prepared.digest)
    if as_json:
        shown = {"source": uri, "dataset": prepared.digest, "fingerprint": prepared.fingerprint, "made": prepared.made}
        click.echo(json.dumps({**shown, "audit": audit}, ensure_ascii=False))
    else:
        from fer.data.audit import format_audit

        click.echo(format_audit(audit))
