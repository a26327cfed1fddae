"""What lies on this machine, brought to the store, where a cluster's pods can read it; its content decides its name."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fer.data.source import DRAWN, fingerprint
from fer.errors import RequestError
from fer.evaluators.roles import ROLES
from fer.generators.registry import FOLDER
from fer.naming import nearest
from fer.paths import local_path
from fer.runtime.progress import progress
from fer.store import Store, open_store
from fer.store.records import FileEntry
from fer.studies import built_in_studies, load_study
from fer.study import DrawnSpec, Study
from jobs.context import names_one_plan
from jobs.sources import normalised, planned_names

UPLOADS = "uploads"
_CONNECTIONS = 8


def store_of_cluster(uri: str | None) -> Store:
    """The store that pods use, as this machine reaches it. RequestError, saying what to give, where it can be none."""
    if uri is None or not uri.startswith("s3://"):
        given = "no --store is given" if uri is None else f"--store {uri} is not one that pods can reach"
        raise RequestError(
            f"{given}; give the cluster's s3://bucket/prefix (or FER_STORE), with the AWS variables that reach it from "
            "here; to a store inside the cluster leads: kubectl -n fer port-forward service/s3 8333"
        )
    return open_store(uri)


def reachable_study(reference: str, store_uri: str | None) -> tuple[str, str | None]:
    """The study as pods find it, and the data set of a study that was uploaded (None: as the study says).

    A built-in name, one plan or a URI stays as it is; a file is checked and uploaded; any other name has to be a study
    planned in the store. Raises RequestError.
    """
    if reference in built_in_studies() or names_one_plan(reference) or "://" in reference:
        return reference, None
    path = local_path(reference)
    if not path.is_file():
        names = planned_names(store_of_cluster(store_uri)) if store_uri else set()
        if reference in names:
            return reference, None
        where = f"planned in {store_uri}" if store_uri else "a store URI"
        known = nearest(reference, [*built_in_studies(), *names])
        raise RequestError(f"study {reference}: neither built in, nor a file, nor {where}; {known}")
    study = load_study(str(path))
    _check_that_pods_can_read(study)
    store = store_of_cluster(store_uri)
    key = f"{UPLOADS}/studies/{FileEntry.of_file(path).sha256[:40]}/{path.name}"
    store.objects.upload(key, path)
    return f"{store.uri}/{key}", study.data.source


def reachable_source(source: str, store_uri: str | None) -> str:
    """A data set as pods find it: ``drawn`` or a URI as it is, a file or folder uploaded. Raises RequestError."""
    if source == DRAWN or "://" in source:
        return source
    path = local_path(source)
    content = fingerprint(source, DrawnSpec())[:40]  # refuses what is not there before it asks for a store
    store = store_of_cluster(store_uri)
    key = f"{UPLOADS}/data/{content}/{Path(normalised(source)).name}"
    files = (
        {key: path} if path.is_file() else {f"{key}/{file.relative_to(path).as_posix()}": file for file in _files(path)}
    )
    there = {info.key: info.size for info in store.objects.list(key)}
    missing = [name for name, file in files.items() if there.get(name) != file.stat().st_size]
    with ThreadPoolExecutor(_CONNECTIONS) as pool, progress(len(missing), f"upload {source}", "file") as bar:
        for _ in pool.map(lambda name: store.objects.upload(name, files[name]), missing):
            bar.update()
    return f"{store.uri}/{key}"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _check_that_pods_can_read(study: Study) -> None:
    """Images and weights that a study names by a path of this machine are not uploaded with it."""
    named = {
        f"generators.{name}.model": study.model_of(name).removeprefix(FOLDER)
        for name in study.generators
        if study.model_of(name).startswith(FOLDER)
    }
    named["training.weights"] = study.training.weights or ""
    named |= {f"classifiers.{name}.weights": study.training_of(name).weights or "" for name in study.classifiers}
    named |= {f"evaluators.{role}.training.weights": study.evaluator(role).training.weights or "" for role in ROLES}
    named["assessment.inception"] = study.assessment.inception or ""
    for where, place in named.items():
        if place and "://" not in place:
            raise RequestError(f"study {study.name}: {where}: {place} is a path of this machine; give a store URI")
