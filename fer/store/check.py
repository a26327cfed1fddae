"""Verification of a whole store, and of the one promise of its server that everything rests on."""

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from fer.errors import RequestError
from fer.store.objects import MissingObject, Objects
from fer.store.records import FileEntry
from fer.store.store import Store


@dataclass(frozen=True)
class Problem:
    """An artifact that is not as it was published; ``Store.set_aside(kind, digest)`` has it made again."""

    kind: str
    digest: str
    reason: str
    """One line that names the file."""


def check(store: Store) -> list[Problem]:
    """Read every file of every artifact and compare it with its manifest, showing progress.

    Raises RequestError where the server ignores conditional writes: nothing in such a store could be trusted.
    """
    from fer.runtime.progress import progress  # tqdm takes longer to import than the rest of the store

    refuse_unconditional(store.objects)
    artifacts = store.artifacts()
    problems = []
    with progress(len(artifacts), "check", "artifact") as bar:
        for kind, digest in artifacts:
            reason = _first_problem(store, kind, digest)
            if reason is not None:
                problems.append(Problem(kind, digest, reason))
            bar.update()
    return problems


def refuse_unconditional(objects: Objects) -> None:
    """Try on a probe object whether a second create() is refused, as it must be; RequestError where it is not."""
    key = f"probe/{uuid.uuid4().hex}"
    try:
        objects.create(key, b"first")
        if objects.create(key, b"second") or objects.read(key) != b"first":
            raise RequestError(
                f"{objects.uri} ignores conditional writes (If-None-Match: *), so that two writers would overwrite each"
                " other; use a server that honours them, such as SeaweedFS or Amazon S3"
            )
    finally:
        objects.delete(key)


def _first_problem(store: Store, kind: str, digest: str) -> str | None:
    try:
        manifest = store.manifest(kind, digest)
    except RequestError as error:
        return str(error)
    if manifest is None:  # set aside since the listing
        return None
    for name, entry in manifest.files.items():
        key = f"{manifest.folder}/{name}"
        problem = _mismatch(store.objects, key, entry)
        if problem is not None:
            return f"{key} in {store.uri} {problem}"
    return None


def _mismatch(objects: Objects, key: str, entry: FileEntry) -> str | None:
    in_place = objects.local_path(key)
    if in_place is not None:
        return entry.mismatch(in_place)
    with tempfile.TemporaryDirectory(prefix="fer-check-") as scratch:
        copy = Path(scratch, "copy")
        try:
            objects.download(key, copy)
        except MissingObject:
            return "is missing"
        return entry.mismatch(copy)
