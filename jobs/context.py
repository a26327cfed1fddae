"""From the flags that all stages share to the store and the planned study."""

import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fer.errors import RequestError
from fer.naming import nearest
from fer.paths import local_path
from fer.recipes import PlannedStudy
from fer.store import MissingArtifact, Store, fetch_uri, open_store
from fer.studies import built_in_studies, built_in_text, load_study
from fer.study import Study
from jobs.sources import normalised, plan_ref, plan_refs, planned_names, several

STUDY_JSON = "study.json"
STUDY_YAML = "study.yaml"
_PLAN_DIGITS = 12
_ONE_PLAN = re.compile(rf"[a-z0-9][a-z0-9_.-]*@([0-9a-f]{{{_PLAN_DIGITS}}})")


@dataclass(frozen=True)
class Request:
    """``--study``, ``--store`` and ``--source`` as they were given."""

    study: str
    store: str
    source: str | None = None

    @property
    def flags(self) -> str:
        """The same flags again, for a command that somebody is asked to run."""
        source = [] if self.source is None else ["--source", self.source]
        return shlex.join(["--study", self.study, "--store", self.store, *source])


@dataclass(frozen=True)
class StudyText:
    """A study and the YAML text it was read from."""

    study: Study
    text: str


@dataclass(frozen=True)
class Context:
    """A planned study in its store."""

    request: Request
    store: Store
    planned: PlannedStudy
    source: str
    """The source that it is planned for, normalised."""
    plan: str
    """Digest of the plan."""

    @property
    def this_plan(self) -> str:
        """A ``--study`` that means this plan, whatever is planned under the same name later: ``name@digest``."""
        return f"{self.planned.study.name}@{self.plan[:_PLAN_DIGITS]}"


def open_context(request: Request) -> Context:
    """The planned study that a request means.

    ``name@digest`` means one plan, with its source; any other study the one that was planned last. Raises RequestError
    where there is no such study, where it is not planned (naming the plan command), where it is planned for several
    sources and none is given, and where its text has changed since.
    """
    store = open_store(request.store)
    plan = _one_plan(request.study, store)
    if plan is not None:
        if request.source is None:
            raise RequestError(f"study {request.study}: names a plan; give the --source that it was made for")
        return Context(request, store, load_plan(store, plan, request), normalised(request.source), plan)
    current = current_study(request.study, store)
    name = request.study if current is None else current.study.name
    ref = _chosen_plan(store, name, None if current is None else current.study, request)
    planned = load_plan(store, ref["plan"], request)
    if current is not None and planned.study != current.study:
        raise RequestError(f"study {request.study} has changed since it was planned; run: fer plan {request.flags}")
    return Context(request, store, planned, ref["source"], ref["plan"])


def names_one_plan(reference: str) -> bool:
    """Whether a ``--study`` is of the kind ``name@digest``."""
    return _ONE_PLAN.fullmatch(reference) is not None


def read_study(reference: str, store: Store) -> StudyText:
    """The study that ``fer plan`` is to plan: like ``current_study``, but a planned name means its newest text."""
    plan = _one_plan(reference, store)
    if plan is None:
        current = current_study(reference, store)
        if current is not None:
            return current
        newest = max((content for _, content in plan_refs(store, reference)), key=lambda content: str(content["when"]))
        plan = str(newest["plan"])
    text = read_artifact_file(store, "plan", plan, STUDY_YAML).decode()
    return StudyText(_planned(store, plan, reference, "plan it from its file").study, text)


def current_study(reference: str, store: Store) -> StudyText | None:
    """The study behind a built-in name, a YAML file or the URI of one; None for the name of a planned study.

    Raises RequestError for anything else and for a study that does not fit the schema.
    """
    if reference in built_in_studies():
        return StudyText(load_study(reference), built_in_text(reference))
    if "://" in reference:
        with tempfile.TemporaryDirectory() as scratch:
            path = fetch_uri(reference, Path(scratch))
            try:
                return StudyText(load_study(str(path)), path.read_text(encoding="utf-8"))
            except RequestError as error:
                raise RequestError(str(error).replace(str(path), reference)) from None
    path = local_path(reference)
    if path.is_file():
        return StudyText(load_study(str(path)), path.read_text(encoding="utf-8"))
    names = planned_names(store)
    if reference in names:
        return None
    known = nearest(reference, {*built_in_studies(), *names})
    raise RequestError(f"study {reference}: neither built in, nor a file, nor planned in {store.uri}; {known}")


def load_plan(store: Store, digest: str, request: Request) -> PlannedStudy:
    """A plan from the store. RequestError where it is gone, or was written by a version that planned differently."""
    remedy = f"run: fer plan {request.flags}"
    try:
        return _planned(store, digest, request.study, remedy)
    except MissingArtifact:
        raise RequestError(f"the plan of study {request.study} is gone; {remedy}") from None


def _planned(store: Store, digest: str, study: str, remedy: str) -> PlannedStudy:
    try:
        return PlannedStudy.model_validate_json(read_artifact_file(store, "plan", digest, STUDY_JSON))
    except ValidationError:
        raise RequestError(f"study {study} was planned by another version of this program; {remedy}") from None


def read_artifact_file(store: Store, kind: str, digest: str, name: str) -> bytes:
    """One verified file of an artifact, without fetching the others.

    Raises MissingArtifact, or RequestError where the file is damaged.
    """
    manifest = store.manifest(kind, digest)
    if manifest is None:
        raise MissingArtifact(f"{store.uri} holds no {kind} {digest}")
    key = f"{manifest.folder}/{name}"
    try:
        data = store.objects.read(key)
        problem = manifest.files[name].mismatch_bytes(data)
    except KeyError:
        problem = "is missing"
    if problem:
        command = shlex.join(["fer", "store", "check", "--set-aside", "--store", store.uri])
        raise RequestError(f"{key} in {store.uri} {problem}; set the artifact aside with: {command}")
    return data


def _one_plan(reference: str, store: Store) -> str | None:
    """Digest of the plan that ``name@digest`` means; None for other references. RequestError where there is none."""
    named = _ONE_PLAN.fullmatch(reference)
    if named is None:
        return None
    found = store.artifacts(f"plan/{named[1]}")
    if len(found) != 1:
        raise RequestError(f"study {reference}: {store.uri} holds {len(found)} plans that begin so; one would be right")
    [(_, plan)] = found
    return plan


def _chosen_plan(store: Store, name: str, study: Study | None, request: Request) -> dict[str, Any]:
    plans = dict(plan_refs(store, name))
    source = request.source or (study.data.source if study else None)
    if source is not None:
        if study is not None and (exact := plans.get(plan_ref(name, source, study.data.drawn))):
            return exact
        plans = {ref: content for ref, content in plans.items() if content["source"] == normalised(source)}
    if not plans:
        where = f" for the source {source}" if source else ""
        raise RequestError(f"study {request.study} is not planned in {store.uri}{where}; run: fer plan {request.flags}")
    sources = sorted({str(content["source"]) for content in plans.values()})
    if len(sources) > 1:
        raise several(request.study, sources)
    return max(plans.values(), key=lambda content: str(content["when"]))
