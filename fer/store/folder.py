"""Objects as files in a folder: written aside, flushed to the disk, then given their name in one step."""

import errno
import io
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fer.errors import RequestError, StageError, TryAgain
from fer.store.objects import ASIDE, MissingObject, ObjectInfo, check_key

_TRIES = 100
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.ETIMEDOUT)
"""Faults of a disk, full or far away, that may be gone the next time."""


class FolderObjects:
    """The ``Objects`` protocol on a folder, on one file system with hard links. The first write makes the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.uri = str(self.root)

    def local_path(self, key: str) -> Path:
        """The file itself."""
        return self.root / check_key(key)

    def read(self, key: str) -> bytes:
        """Return the object; raises MissingObject."""
        path = self.local_path(key)
        with _reported(f"read {path}"), _missing(key):
            return path.read_bytes()

    def download(self, key: str, path: Path) -> None:
        """Copy the object to ``path``; raises MissingObject."""
        source = self.local_path(key)
        with _reported(f"copy {source} to {path}"), _missing(key), source.open("rb") as file:
            _store(path, file, os.replace)

    def write(self, key: str, data: bytes) -> None:
        """Store ``data``, replacing what is there."""
        path = self.local_path(key)
        with _reported(f"write {path}"):
            _store(path, io.BytesIO(data), os.replace)

    def upload(self, key: str, path: Path) -> None:
        """Store a copy of a file, replacing what is there."""
        target = self.local_path(key)
        with _reported(f"copy {path} to {target}"), path.open("rb") as file:
            _store(target, file, os.replace)

    def create(self, key: str, data: bytes) -> bool:
        """Store ``data`` only where nothing is stored yet; False where something is."""
        path = self.local_path(key)
        with _reported(f"write {path}"):
            try:
                _store(path, io.BytesIO(data), os.link)
            except FileExistsError:
                return False
        return True

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key starts with ``prefix``."""
        if prefix:
            check_key(prefix.removesuffix("/"))
        for folder, _, names in os.walk(self.root / prefix.rpartition("/")[0], onerror=_refuse_unlisted):
            for name in names:
                path = Path(folder, name)
                key = path.relative_to(self.root).as_posix()
                if name.startswith(ASIDE) or not key.startswith(prefix):
                    continue
                try:
                    with _reported(f"read {path}"), _missing(key):
                        stat = path.stat()
                except MissingObject:  # deleted by another process since the folder was read
                    continue
                yield ObjectInfo(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def delete(self, key: str) -> None:
        """Remove the object, and the folders that it leaves empty."""
        path = self.local_path(key)
        with _reported(f"delete {path}"):
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root:
                break
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone already
                break


def _refuse_unlisted(error: OSError) -> None:
    """What ``os.walk`` is to do about a folder that it cannot list: what is not there is empty, the rest is not."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _kind_of(error)(f"cannot list {error.filename}: {error.strerror}") from error


def _store(target: Path, source: BinaryIO, place: Callable[[Path, Path], None]) -> None:
    """Write ``source`` aside in the target's folder, flush it, and let ``place`` give it its name in one step."""
    aside, file = _open_aside(target.parent)
    try:
        with file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        place(aside, target)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _open_aside(folder: Path) -> tuple[Path, BinaryIO]:
    """A new file in the folder, which is made where it is missing.

    Another process's ``delete`` may remove the folder, or one above it, at any moment while it is empty, hence the
    tries; what fails in each of them is no such accident.
    """
    path = folder / f"{ASIDE}{uuid.uuid4().hex}"
    for _ in range(_TRIES):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return path, path.open("xb")
        except (FileExistsError, FileNotFoundError) as error:
            problem = error
    raise NotADirectoryError(f"{folder} is no folder and cannot be made one") from problem


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise MissingObject(key) from error


@contextmanager
def _reported(action: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _kind_of(error)(f"cannot {action}: {error.strerror or error}") from error


def _kind_of(error: OSError) -> type[StageError]:
    return TryAgain if error.errno in _PASSING else RequestError
