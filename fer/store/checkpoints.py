"""Checkpoints of a stage that is being made: the two newest generations, each verified before it is used."""

import logging
import uuid
from collections.abc import Mapping

from fer.errors import RequestError
from fer.store.objects import MissingObject, Objects, dropped_on_error
from fer.store.records import FileEntry, Record

logger = logging.getLogger(__name__)


class Generation(Record):
    """The manifest of one checkpoint."""

    step: int
    files: dict[str, FileEntry]


class Checkpoints:
    """The checkpoints of one digest, under ``checkpoints/<digest>/<step>-<unique>/``.

    A generation exists once its manifest is written, after its files. Names are unique, so that a process which was
    taken for dead and saves once more does not mix its files with its successor's.
    """

    def __init__(self, objects: Objects, digest: str) -> None:
        self.objects = objects
        self._prefix = f"checkpoints/{digest}/"

    def save(self, step: int, files: Mapping[str, bytes]) -> None:
        """Keep ``files`` as the state after ``step``, then drop all but this generation and the one before."""
        name = f"{step:012d}-{uuid.uuid4().hex[:8]}"
        manifest = Generation(step=step, files={file: FileEntry.of_bytes(data) for file, data in files.items()})
        # The manifest first: it may be there, where only the answer to its writing got lost.
        own = [self._manifest_key(name), *(f"{self._prefix}{name}/{file}" for file in files)]
        with dropped_on_error(self.objects, own):
            for file, data in files.items():
                self.objects.write(f"{self._prefix}{name}/{file}", data)
            self.objects.write(self._manifest_key(name), manifest.to_bytes())
        # A step not earlier than this one was not fit to be loaded: this process would have gone on from it.
        earlier = [other for other in self._generations() if other < f"{step:012d}"]
        self._delete_all_but({name, *earlier[-1:]})

    def load(self) -> tuple[int, dict[str, bytes]] | None:
        """The newest generation that is whole, as (step, files); None where there is none."""
        for name in reversed(self._generations()):
            try:
                return self._read(name)
            except (MissingObject, RequestError) as error:
                logger.warning("checkpoint %s%s is passed over: %s", self._prefix, name, error)
        return None

    def clear(self) -> None:
        """Remove all generations: the artifact is published, nobody needs them any more."""
        self._delete_all_but(set())

    def _read(self, name: str) -> tuple[int, dict[str, bytes]]:
        key = self._manifest_key(name)
        manifest = Generation.from_bytes(self.objects.read(key), key)
        files = {file: self.objects.read(f"{self._prefix}{name}/{file}") for file in manifest.files}
        for file, entry in manifest.files.items():
            problem = entry.mismatch_bytes(files[file])
            if problem:
                raise RequestError(f"{file} {problem}")
        return manifest.step, files

    def _manifest_key(self, name: str) -> str:
        return f"{self._prefix}{name}.json"

    def _generations(self) -> list[str]:
        """Names of the generations that have a manifest, oldest first."""
        names = (info.key.removeprefix(self._prefix) for info in self.objects.list(self._prefix))
        return sorted(name.removesuffix(".json") for name in names if "/" not in name)

    def _delete_all_but(self, kept: set[str]) -> None:
        keys = [info.key for info in self.objects.list(self._prefix)]
        # Manifests first, so that no generation is seen half deleted.
        keys.sort(key=lambda key: "/" in key.removeprefix(self._prefix))
        for key in keys:
            if key.removeprefix(self._prefix).partition("/")[0].removesuffix(".json") not in kept:
                self.objects.delete(key)
