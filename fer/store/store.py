"""Artifacts under ``<kind>/<digest>/``: published once, verified whenever they are read."""

import hashlib
import json
import os
import shlex
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fer.errors import RequestError
from fer.store.checkpoints import Checkpoints
from fer.store.claims import LEASE_SECONDS, Attempt, Claims
from fer.store.objects import MissingObject, Objects, check_key, dropped_on_error, unusable
from fer.store.origin import code_version, libraries, machine
from fer.store.reading import at_once
from fer.store.records import FileEntry, Manifest

MANIFEST = "manifest.json"
RESERVED = frozenset({"aside", "checkpoints", "choices", "claims", "outcomes", "probe", "refs"})
"""First parts of keys that are not kinds of artifacts."""
_PAUSES = (0.1, 0.2, 0.4, 0.8)
"""Seconds between tries to publish in a place that is taken, and where nothing is found."""
_REFS = {
    "sources": (("dataset",), "prepare the source again (fer prepare)"),
    "studies": (("plan", "source", "when"), "plan the study again, from its file and source (fer plan)"),
    "reports": (("report",), "write the report again (fer report)"),
}
"""By the first part of a ref's name: the texts without which it is of no use, and what writes it anew."""


class MissingArtifact(RequestError):  # noqa: N818 - a condition
    """The store does not hold the artifact (yet)."""


class BrokenRef(RequestError):  # noqa: N818 - a condition
    """What lies in a ref's place is none."""


class Store:
    """A store's artifacts, claims, checkpoints, choices and refs, over any ``Objects``.

    All methods raise TryAgain where the storage cannot be reached, and RequestError where access is denied.
    """

    def __init__(self, objects: Objects, lease_seconds: float = LEASE_SECONDS) -> None:
        self.objects = objects
        self.uri = objects.uri
        self._claims = Claims(objects, lease_seconds)
        self._downloaded: set[str] = set()

    def manifest(self, kind: str, digest: str) -> Manifest | None:
        """The artifact's manifest; None: it does not exist. RequestError where the manifest itself is damaged."""
        key = manifest_key(kind, digest)
        try:
            manifest = Manifest.from_bytes(self.objects.read(key), f"{key} in {self.uri}")
        except MissingObject:
            return None
        if (manifest.kind, manifest.digest) != (kind, digest):
            raise RequestError(f"{key} in {self.uri} is the manifest of {manifest.kind}/{manifest.digest}")
        return manifest

    def exists(self, kind: str, digest: str) -> bool:
        """Whether the artifact exists."""
        return self.manifest(kind, digest) is not None

    def manifests(self, kind: str) -> Iterator[Manifest]:
        """The manifests of all artifacts of a kind, by digest."""
        for manifest in at_once(lambda artifact: self.manifest(*artifact), self.artifacts(f"{kind}/")):
            if manifest is not None:  # None: set aside since the listing
                yield manifest

    def artifacts(self, prefix: str = "") -> list[tuple[str, str]]:
        """(kind, digest) of every artifact whose key starts with ``prefix``, sorted; their manifests are not read."""
        keys = (info.key.split("/") for info in self.objects.list(prefix))
        return sorted(
            (parts[0], parts[1])
            for parts in keys
            if len(parts) == 3 and parts[2] == MANIFEST and parts[0] not in RESERVED
        )

    def fetch(self, kind: str, digest: str) -> Path:
        """A local folder with the artifact's files, their sizes and sha256 verified: read from it, never write to it.

        A folder store's files are used where they are. Others are downloaded once, into a folder under the temporary
        directory. Raises MissingArtifact where there is none, RequestError naming the first file that is not as it was.
        """
        manifest = self.manifest(kind, digest)
        if manifest is None:
            raise MissingArtifact(f"{self.uri} holds no {kind} {digest}")
        in_place = self.objects.local_path(manifest.folder)
        if in_place is not None:
            self._verify(manifest, in_place)
            return in_place
        folder = self._cache_folder() / manifest.folder
        if manifest.folder not in self._downloaded:
            for name, entry in manifest.files.items():
                if entry.mismatch(folder / name):
                    with suppress(MissingObject):  # _verify says so, like everything else that is wrong
                        self.objects.download(f"{manifest.folder}/{name}", folder / name)
            self._verify(manifest, folder)
            self._downloaded.add(manifest.folder)
        return folder

    def publish(
        self,
        kind: str,
        recipe: dict[str, Any],
        digest: str,
        folder: Path,
        *,
        wall_seconds: float,
        device_seconds: float,
        device: str,
    ) -> Manifest:
        """Make the files under ``folder`` the artifact, unless it exists: the first writer wins.

        The files go to a place of their own, then the manifest is created. A writer that finds another one's manifest
        drops its own files and returns that manifest, so that files of different writers never mix. Raises RequestError
        where the manifest's place is taken by something that cannot be read.
        """
        existing = self.manifest(kind, digest)
        if existing is not None:
            return existing
        paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        if not paths:
            raise ValueError(f"{folder} holds no file to publish")
        manifest = Manifest(
            kind=kind,
            digest=digest,
            attempt=uuid.uuid4().hex[:12],
            files={name: FileEntry.of_file(path) for name, path in paths.items()},
            recipe=recipe,
            code_version=code_version(),
            libraries=libraries(),
            machine=machine(),
            device=device,
            wall_seconds=wall_seconds,
            device_seconds=device_seconds,
            created=datetime.now(UTC),
        )
        with dropped_on_error(self.objects, [f"{manifest.folder}/{name}" for name in paths]):
            for name, path in paths.items():
                self.objects.upload(f"{manifest.folder}/{name}", path)
        for pause in _PAUSES:
            if self.objects.create(manifest_key(kind, digest), manifest.to_bytes()):
                return manifest
            winner = self.manifest(kind, digest)
            if winner is not None:
                if winner.attempt != manifest.attempt:  # else it is ours, and only the first answer got lost
                    self._drop(manifest)
                return winner
            time.sleep(pause)  # it was set aside in between and the place is free again, or never will be
        self._drop(manifest)
        raise unusable(self.objects, manifest_key(kind, digest))

    def set_aside(self, kind: str, digest: str) -> None:
        """Make a broken artifact invisible, so that it is made again: its manifest moves to ``aside/``."""
        key = manifest_key(kind, digest)
        try:
            data = self.objects.read(key)
        except MissingObject as error:
            raise MissingArtifact(f"{self.uri} holds no {kind} {digest}") from error
        self.objects.write(f"aside/{kind}/{digest}/{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.json", data)
        self.objects.delete(key)

    def checkpoints(self, digest: str) -> Checkpoints:
        """The checkpoints of the stage that makes ``digest``."""
        return Checkpoints(self.objects, digest)

    def claimed(self, digest: str, what: str) -> AbstractContextManager[Attempt]:
        """Hold the claim on ``digest`` while the block runs, and record how it ended; see ``Claims.claimed``."""
        return self._claims.claimed(digest, what)

    def attempts(self, digest: str) -> list[Attempt]:
        """Every attempt at ``digest`` so far, oldest first."""
        return self._claims.attempts(digest)

    def choice(self, key: str) -> dict[str, Any] | None:
        """What was chosen under ``key``; None where nothing was."""
        place = f"choices/{key}.json"
        try:
            return self._parse(place, self.objects.read(place))
        except MissingObject:
            return None

    def choose(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        """Choose ``value`` unless a choice was made: the first one holds for good. Returns what holds."""
        place = f"choices/{key}.json"
        self.objects.create(place, _to_json(value))
        try:
            return self._parse(place, self.objects.read(place))
        except MissingObject:
            raise unusable(self.objects, place) from None

    def read_ref(self, name: str) -> dict[str, Any] | None:
        """What ``name`` refers to; None where nothing was written.

        Raises BrokenRef, saying how to be rid of it, where that is no JSON object or lacks what its kind of ref holds.
        """
        key = f"refs/{name}.json"
        needed, remedy = _REFS.get(name.partition("/")[0], ((), "have it written again"))
        try:
            data = self.objects.read(key)
        except MissingObject:
            return None
        try:
            content = self._parse(key, data)
        except RequestError as error:
            raise BrokenRef(f"{error}; remove it, or {remedy}") from error
        for field in needed:
            if not isinstance(content.get(field), str):
                raise BrokenRef(f"{key} in {self.uri} has no text {field!r}; remove it, or {remedy}")
        return content

    def ref_to_replace(self, name: str) -> dict[str, Any] | None:
        """The same for who is about to write the ref, and whom a broken one must not stop: None there, too."""
        try:
            return self.read_ref(name)
        except BrokenRef:
            return None

    def unreadable_records(self) -> list[str]:
        """What is wrong with each ref, claim and outcome that cannot be read, and what to do, in one line each."""
        keys = (info.key for info in self.objects.list("refs/"))
        names = [key.removeprefix("refs/").removesuffix(".json") for key in keys if key.endswith(".json")]
        return [*filter(None, at_once(self._broken_ref, names)), *self._claims.unreadable()]

    def _broken_ref(self, name: str) -> str:
        try:
            self.read_ref(name)
        except BrokenRef as error:
            return str(error)
        return ""

    def write_ref(self, name: str, value: dict[str, Any]) -> None:
        """Let ``name`` refer to ``value`` from now on."""
        self.objects.write(f"refs/{name}.json", _to_json(value))

    def _parse(self, key: str, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except ValueError as error:
            raise RequestError(f"{key} in {self.uri} is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise RequestError(f"{key} in {self.uri} is not a JSON object")
        return value

    def _drop(self, manifest: Manifest) -> None:
        for name in manifest.files:
            self.objects.delete(f"{manifest.folder}/{name}")

    def _verify(self, manifest: Manifest, folder: Path) -> None:
        for name, entry in manifest.files.items():
            problem = entry.mismatch(folder / name)
            if problem:
                raise RequestError(
                    f"{manifest.folder}/{name} in {self.uri} {problem}; set the artifact aside, so that it is"
                    f" made again, with: {shlex.join(['fer', 'store', 'check', '--set-aside', '--store', self.uri])}"
                )

    def _cache_folder(self) -> Path:
        # Named after the user: somebody else's folder in a shared temporary directory could not be written to.
        name = hashlib.sha256(f"{os.getuid()} {self.uri}".encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir(), f"fer-cache-{name}")


def manifest_key(kind: str, digest: str) -> str:
    """Where an artifact's manifest lies; RequestError for a kind or digest that would not be a plain name."""
    if kind in RESERVED or "/" in kind or "/" in digest:
        raise RequestError(
            f"{kind!r} {digest!r} cannot name an artifact: both are plain names, and {kind!r} may be taken"
        )
    return check_key(f"{kind}/{digest}/{MANIFEST}")


def _to_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False).encode()
