"""The bottom layer of a store: bytes under keys. One protocol; folder.py and s3.py implement it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fer.errors import RequestError, StageError

ASIDE = ".aside-"
"""Prefix of the names under which files are written before they get their own; no key may use it."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")


class MissingObject(KeyError):  # noqa: N818 - a condition, like KeyError
    """Nothing is stored under the key."""


@dataclass(frozen=True)
class ObjectInfo:
    """One line of a listing: the key, the size in bytes, and when it was last written (UTC)."""

    key: str
    size: int
    modified: datetime


class Objects(Protocol):
    """Bytes under keys such as ``dataset/1f3a/manifest.json``.

    Every write is atomic: a reader sees the old bytes or the new ones, never a part. All methods raise RequestError for
    a key that ``check_key`` refuses or where access is denied, and TryAgain where the storage cannot be reached.
    """

    uri: str

    def local_path(self, key: str) -> Path | None:
        """Where the object lies as a file on this machine; None where it has to be downloaded."""

    def read(self, key: str) -> bytes:
        """Return the object; raises MissingObject."""

    def download(self, key: str, path: Path) -> None:
        """Write the object to ``path`` without holding it in memory, making folders as needed; raises MissingObject."""

    def write(self, key: str, data: bytes) -> None:
        """Store ``data``, replacing what is there."""

    def upload(self, key: str, path: Path) -> None:
        """Store a file without holding it in memory, replacing what is there."""

    def create(self, key: str, data: bytes) -> bool:
        """Store ``data`` only where nothing is stored yet; False, and nothing changed, where something is.

        A server may have done the write although its answer got lost, so that a repeated request finds its own bytes
        and answers False: callers to whom this matters put something unique into ``data`` and compare.
        """

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key starts with ``prefix`` (any string, as in S3), in no promised order."""

    def delete(self, key: str) -> None:
        """Remove the object; no error where there is none."""


@contextmanager
def dropped_on_error(objects: Objects, keys: Iterable[str]) -> Iterator[None]:
    """Delete ``keys`` where the block raises: half of what belongs together is of no use, and would fill the disk."""
    try:
        yield
    except Exception:
        with suppress(StageError):  # what made the block fail may keep this from working too, and is what matters
            for key in keys:
                objects.delete(key)
        raise


def unusable(objects: Objects, key: str) -> RequestError:
    """The error to raise where ``create`` says that something is stored under the key, and ``read`` that nothing is."""
    return RequestError(f"{key} in {objects.uri} can neither be written nor read; remove what is there")


def check_key(key: str) -> str:
    """Return ``key``; RequestError where it could leave the store's root or would mean different things to backends."""
    parts = key.split("/")
    if any(part in ("", ".", "..") or part.startswith(ASIDE) for part in parts) or _UNSAFE.search(key):
        raise RequestError(
            f"unsafe name {key!r}: names in a store are relative, without '..', empty parts, '\\' or control characters"
        )
    return key
