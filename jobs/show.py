"""``fer show``: what a store holds."""

import json
import shlex
from collections import defaultdict
from typing import Any

import click

from fer.errors import RequestError
from fer.naming import nearest
from fer.paths import local_path
from fer.plan import tasks
from fer.recipes import KINDS
from fer.store import Manifest, Store, open_existing_store
from fer.studies import built_in_studies
from jobs.context import Context, Request, names_one_plan, open_context
from jobs.options import SOURCE_HELP, json_option, store_option
from jobs.results import scores, scores_json, scores_text
from jobs.sources import plan_refs, planned_names
from jobs.states import states
from jobs.text import aligned, size

Shown = tuple[list[str], dict[str, Any]]
"""Lines for people, and the same as one JSON object."""


@click.command(short_help="Show what a store holds.")
@click.argument("what", required=False)
@click.option("--source", help=SOURCE_HELP)
@store_option
@json_option
def command(what: str | None, store_uri: str, source: str | None, as_json: bool) -> None:
    """Show what a store holds.

    WHAT is nothing (kinds, counts and sizes), a kind (its artifacts), a kind and the beginning of a digest as
    KIND/DIGEST (the manifest), or a study (its results).
    """
    store = open_existing_store(store_uri)
    if what is None:
        lines, values = _overview(store)
    elif what in KINDS.values():
        lines, values = _kind(store, what)
    elif what.partition("/")[0] in KINDS.values():
        manifest = _artifact(store, *what.split("/", 1))
        values = manifest.model_dump(mode="json")
        lines = [json.dumps(values, indent=2, ensure_ascii=False)]
    else:
        lines, values = _study(_context(store, what, store_uri, source))
    click.echo(json.dumps(values, ensure_ascii=False) if as_json else "\n".join(lines))


def _overview(store: Store) -> Shown:
    counts: dict[str, int] = defaultdict(int)
    sizes: dict[str, int] = defaultdict(int)
    for info in store.objects.list():
        parts = info.key.split("/")
        sizes[parts[0]] += info.size
        counts[parts[0]] += len(parts) == 3 and parts[2] == "manifest.json"
    kinds = {kind: {"artifacts": counts[kind], "bytes": sizes[kind]} for kind in KINDS.values() if counts[kind]}
    other = sum(count for name, count in sizes.items() if name not in kinds)
    studies = {
        name: sorted({str(content["source"]) for _, content in plan_refs(store, name)})
        for name in sorted(planned_names(store))
    }
    rows = [(kind, f"{entry['artifacts']:,}", size(entry["bytes"])) for kind, entry in kinds.items()]
    total = ("all", f"{sum(counts[kind] for kind in kinds):,}", size(sum(sizes[kind] for kind in kinds)))
    lines = [f"store {store.uri}", *aligned([("kind", "artifacts", "size"), *rows, total], frozenset({1, 2}))]
    lines.append(f"claims, outcomes, checkpoints and the like: {size(other)}")
    lines += [f"study {name} on {source}" for name, sources in studies.items() for source in sources]
    return lines, {"store": store.uri, "kinds": kinds, "other_bytes": other, "studies": studies}


def _kind(store: Store, kind: str) -> Shown:
    found = sorted(store.manifests(kind), key=lambda manifest: manifest.created)
    if not found:
        return [f"{store.uri} holds no {kind}"], {"kind": kind, "artifacts": []}
    rows = [
        (
            manifest.digest,
            f"{manifest.created:%Y-%m-%d %H:%M:%S}",
            f"{manifest.wall_seconds:.1f}",
            size(_bytes(manifest)),
            manifest.device,
        )
        for manifest in found
    ]
    lines = aligned([("digest", "created (UTC)", "seconds", "size", "device"), *rows], frozenset({2, 3}))
    values = [
        {
            "digest": manifest.digest,
            "created": manifest.created.isoformat(),
            "wall_seconds": manifest.wall_seconds,
            "device_seconds": manifest.device_seconds,
            "bytes": _bytes(manifest),
            "device": manifest.device,
        }
        for manifest in found
    ]
    return lines, {"kind": kind, "artifacts": values}


def _artifact(store: Store, kind: str, beginning: str) -> Manifest:
    digests = [digest for _, digest in store.artifacts(f"{kind}/{beginning}")]
    if len(digests) != 1:
        hint = (
            f"{len(digests)} begin so; give more of it"
            if digests
            else f"list them with: {shlex.join(['fer', 'show', kind, '--store', store.uri])}"
        )
        raise RequestError(f"{kind}/{beginning}: names no single artifact in {store.uri}; {hint}")
    manifest = store.manifest(kind, digests[0])
    if manifest is None:  # set aside since the listing
        raise RequestError(f"{kind}/{digests[0]} has just been set aside in {store.uri}")
    return manifest


def _study(context: Context) -> Shown:
    all_tasks = tasks(context.planned)
    known = states(context.store, all_tasks)
    existing = {digest for digest, state in known.items() if state.name == "exists"}
    found, damaged = scores(context.store, all_tasks, existing)
    missing = [
        (task, known[task.digest]) for task in all_tasks if task.cell is not None and task.digest not in existing
    ]
    lines = [f"study {context.planned.study.name} on {context.source}", *scores_text(found)]
    lines += [f"{state}: {task}" for task, state in missing]
    lines += [f"{cell.state}: {cell.task}: {cell.reason}" for cell in damaged]
    values = {
        "study": context.planned.study.name,
        "source": context.source,
        "cells": scores_json(found),
        "missing": [
            *({**task.coordinates, "state": state.name, "reason": state.reason} for task, state in missing),
            *({**cell.task.coordinates, "state": cell.state, "reason": cell.reason} for cell in damaged),
        ],
    }
    return lines, values


def _context(store: Store, what: str, store_uri: str, source: str | None) -> Context:
    names = planned_names(store)
    known = what in {*names, *built_in_studies()} or names_one_plan(what) or "://" in what
    if not known and not local_path(what).is_file():
        hint = nearest(what, [*KINDS.values(), *names])
        raise RequestError(
            f"{what}: neither a kind of artifact nor a study that is a file or planned in {store.uri}; {hint}"
        )
    return open_context(Request(what, store_uri, source))


def _bytes(manifest: Manifest) -> int:
    return sum(entry.size for entry in manifest.files.values())
