"""``fer plan``: pin a study to its data, and list its cells with what exists and what is to be made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from fer.classifiers.registry import TIMM_PREFIX
from fer.data.source import DRAWN, fingerprint
from fer.errors import RequestError
from fer.generators.registry import FOLDER, GENERATORS, get_generator
from fer.paths import local_path
from fer.plan import tasks
from fer.recipes import PlannedStudy, plan_recipe
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import Store, open_store
from fer.study import DrawnSpec, Study
from jobs.context import STUDY_JSON, STUDY_YAML, Context, Request, StudyText, read_artifact_file, read_study
from jobs.options import dry_run_option, json_option, replicate_option, study_options
from jobs.pinned import fingerprints
from jobs.plan_table import plan_json, plan_text
from jobs.replicate import replicate_of
from jobs.sources import normalised, plan_ref, prepared_ref, sound_plan_refs, source_of
from jobs.stage import CPU, installed_stop, print_recipe, run_stage

ROWS = 200


def plan(request: Request, stop: StopFlag, replicate: datetime | None = None, content: str | None = None) -> Context:
    """Pin the study to the prepared data set, keep the plan in the store, and make it the one that stages follow.

    ``replicate``: plan the study's replicate of that time instead. ``content``: the source's fingerprint, where it has
    just been taken. Raises RequestError where the study or its data are wrong, and where the source is not prepared as
    it is now (naming the command that does it).
    """
    store = open_store(request.store)
    described = _described(request.study, store, replicate)
    source, planned = pin(request, described, store, content)
    recipe = plan_recipe(planned)

    def make(work: Work) -> str:
        _check_timm_names(described.study)
        (work.folder / STUDY_JSON).write_text(planned.model_dump_json(indent=1), encoding="utf-8")
        (work.folder / STUDY_YAML).write_text(described.text, encoding="utf-8")
        return CPU

    run_stage(store, recipe, f"plan {described.study.name}", make, stop)
    _refer(
        store,
        plan_ref(described.study.name, source, described.study.data.drawn),
        {"plan": recipe.digest, "dataset": planned.dataset, "source": normalised(source)},
        described.study.name,
    )
    if replicate is not None:
        request = Request(described.study.name, request.store, request.source)
    return Context(request, store, planned, normalised(source), recipe.digest)


def _described(study: str, store: Store, replicate: datetime | None) -> StudyText:
    described = read_study(study, store)
    return described if replicate is None else replicate_of(described, replicate)


def pin(request: Request, described: StudyText, store: Store, content: str | None = None) -> tuple[str, PlannedStudy]:
    """The source, and the study with its data set and all that it names by URI. Raises RequestError like ``plan``."""
    study = described.study
    source = source_of(store, study, request.source)
    if source is None:
        raise RequestError(f"study {study.name} names no data set; give --source: drawn, a path or a store URI")
    prepared = store.read_ref(prepared_ref(source, study.data.drawn))
    if prepared is None or not store.exists("dataset", prepared["dataset"]):
        raise RequestError(f"{source} is not prepared in {store.uri}; run: fer prepare {request.flags}")
    now = content or _content(source, study.data.drawn)
    if now is not None and now != prepared["fingerprint"]:
        raise RequestError(f"{source} has changed since it was prepared; run: fer prepare {request.flags}")
    facts = json.loads(read_artifact_file(store, "dataset", prepared["dataset"], "dataset.json"))
    _check_options(study)
    return source, PlannedStudy(
        study=study,
        dataset=prepared["dataset"],
        classes=tuple(facts["classes"]),
        train_size=facts["images"]["train"],
        fingerprints=fingerprints(study),
    )


def _content(source: str, drawn: DrawnSpec) -> str | None:
    """The fingerprint of a source on this machine as it is now.

    None where it is gone, which leaves what was prepared, and for a store URI: to fetch it takes as long as to prepare
    it, and pods plan right after they have done so.
    """
    if source == DRAWN or "://" in source or not local_path(source).exists():
        return None
    return fingerprint(source, drawn)


def _refer(store: Store, ref: str, content: dict[str, str], study_name: str) -> None:
    """Let the ref hold ``content`` and be the newest plan of the study; written only where it is not so already."""
    plans = dict(sound_plan_refs(store, study_name))
    newest = max(plans, key=lambda name: str(plans[name]["when"]), default=None)
    if ref != newest or {**plans[ref], **content} != plans[ref]:
        store.write_ref(ref, {**content, "when": datetime.now(UTC).isoformat()})


def _check_options(study: Study) -> None:
    """Options of generators that exist; a known one that does not exist yet says so when it is to be trained."""
    for name, spec in study.generators.items():
        model = study.model_of(name)
        if model.startswith(FOLDER) or GENERATORS[model] is not None:
            generator = get_generator(model)
            generator.check_options(name, spec.options)
            generator.check_sampling(name, spec.sampling)


def _check_timm_names(study: Study) -> None:
    """A misspelt network is told now, and not after hours of a generator's training; costs torch, hence only once."""
    names = sorted({name for name, _ in study.trainings if name.startswith(TIMM_PREFIX)})
    if names:
        from fer.classifiers.timm_models import check_name

        for name in names:
            check_name(name)


@click.command(short_help="Pin a study to its data and list its cells.")
@study_options
@replicate_option
@click.option("--all", "show_all", is_flag=True, help=f"List every cell, not only the first {ROWS}.")
@dry_run_option
@json_option
def command(
    study: str,
    store_uri: str,
    source: str | None,
    replicate: datetime | None,
    show_all: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Pin a study to its data and list its cells, with what exists and what is to be made.

    Stages follow the last plan, so a study that has changed is planned again, and a source that has changed is
    prepared and planned again.
    """
    request = Request(study, store_uri, source)
    if dry_run:
        store = open_store(store_uri)
        _, planned = pin(request, _described(study, store, replicate), store)
        print_recipe(store, plan_recipe(planned))
        return
    context = plan(request, installed_stop(at_once=True), replicate)
    all_tasks = tasks(context.planned)
    if as_json:
        shown: Mapping[str, object] = plan_json(context, all_tasks)
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(plan_text(context, all_tasks, None if show_all else ROWS))
