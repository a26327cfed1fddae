"""A folder, a zip archive or a single file as one thing: named files, read in memory and never unpacked."""

import lzma
import os
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fer.data.decode import EXTENSIONS
from fer.data.zip_checks import check_archive
from fer.errors import RequestError
from fer.paths import is_utf8

SPLIT_OF_FOLDER = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""Names of split folders, compared without case."""
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
LARGEST_IMAGE_FILE = 64 * 2**20
DEEPEST = 6
READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    OSError,
    EOFError,
    RuntimeError,
    UnicodeDecodeError,
)
"""What opening or reading a damaged archive member can raise, decompressors included."""


class Tree(ABC):
    """Files by their relative names with ``/``. Folders that merely wrap the data set are left out of the names.

    Image files (by extension) and CSV files are kept, everything else is named in ``ignored``.
    """

    def __init__(self, where: str, sizes: dict[str, int], folders: Iterable[str]) -> None:
        self.where = where
        """The source as the user named it, for errors."""
        kept = {name: size for name, size in sizes.items() if _kind(name)}
        self.ignored = tuple(sorted(name for name in sizes if name not in kept))
        shown = {folder for folder in folders if not _is_system(folder)}
        self._prefix = _wrapper(kept, shown)
        start = len(self._prefix)
        self._sizes = {name[start:]: size for name, size in kept.items()}
        self.folders = frozenset(folder[start:] for folder in shown if len(folder) > start)
        self.images = tuple(sorted(name for name in self._sizes if _kind(name) == "image"))
        self.tables = tuple(sorted(name for name in self._sizes if _kind(name) == "table"))

    @abstractmethod
    def _open(self, name: str) -> BinaryIO:
        """Open a file by its full name."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading in one pass. Raises RequestError if it cannot be opened."""
        try:
            return self._open(self._prefix + name)
        except READ_ERRORS as error:
            raise self.unreadable(name, error) from None

    def size(self, name: str) -> int:
        """Bytes of a file, as declared."""
        return self._sizes[name]

    def read_image(self, name: str) -> bytes:
        """The whole content of an image file. Raises RequestError for a damaged or absurdly large one."""
        size = self._sizes[name]
        if size > LARGEST_IMAGE_FILE:
            raise RequestError(f"{self.where}: {name!r}: has {size:,} bytes; an image file may have 64 MiB")
        try:
            with self.open(name) as file:
                data = file.read(size + 1)
        except READ_ERRORS as error:
            raise self.unreadable(name, error) from None
        if len(data) != size:
            raise RequestError(f"{self.where}: {name!r}: does not have the {size:,} bytes that were declared")
        return data

    def unreadable(self, name: str, error: Exception) -> RequestError:
        """The error to raise where reading a file failed."""
        reason = " ".join(str(error).split()) or type(error).__name__
        return RequestError(f"{self.where}: {name!r}: cannot be read ({reason}); make or download the source again")


class FolderTree(Tree):
    """A folder on this machine, or one file of it. Links are followed."""

    def __init__(self, path: Path, where: str) -> None:
        self._root = path if path.is_dir() else path.parent
        sizes: dict[str, int] = {}
        folders: set[str] = set()
        if path.is_dir():
            self._list(path, "", where, sizes, folders)
        else:
            sizes[path.name] = path.stat().st_size
        super().__init__(where, sizes, folders)

    def _list(self, path: Path, prefix: str, where: str, sizes: dict[str, int], folders: set[str]) -> None:
        if prefix.count("/") > DEEPEST:
            raise RequestError(f"{where}: {prefix!r}: is nested too deeply; expected split/class/image files")
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = prefix + entry.name
                    if not is_utf8(name):
                        raise _not_utf8(where, name)
                    if entry.is_dir():
                        if not _is_system(name):
                            folders.add(name)
                            self._list(path / entry.name, name + "/", where, sizes, folders)
                    elif entry.is_file():
                        sizes[name] = entry.stat().st_size
        except OSError as error:
            raise RequestError(f"{where}: {prefix or '.'!r}: cannot be read ({error.strerror})") from None

    def _open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")


class ZipTree(Tree):
    """A zip archive, checked for escaping names and for size before anything of it is read."""

    def __init__(self, archive: zipfile.ZipFile, archive_bytes: int, where: str) -> None:
        self._archive = archive
        members = check_archive(archive.infolist(), archive_bytes, where)
        self._members = {name: info for name, info in members.items() if not info.is_dir()}
        folders = {name for name, info in members.items() if info.is_dir()}
        for name in members:
            parts = name.split("/")[:-1]
            folders |= {"/".join(parts[: depth + 1]) for depth in range(len(parts))}
        super().__init__(where, {name: info.file_size for name, info in self._members.items()}, folders)

    def _open(self, name: str) -> BinaryIO:
        return self._archive.open(self._members[name])  # type: ignore[return-value]  # IO[bytes] has all that is used


@contextmanager
def open_tree(path: Path, where: str) -> Iterator[Tree]:
    """The files of a folder, of a zip archive, or a single CSV file. Raises RequestError for anything else."""
    if path.is_dir() or path.suffix.lower() == ".csv":
        yield FolderTree(path, where)
    elif zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except UnicodeDecodeError as error:
            raise _not_utf8(where, error.object) from None
        except READ_ERRORS as error:
            raise RequestError(f"{where}: is a damaged zip archive ({error}); make or download it again") from None
        with archive:
            yield ZipTree(archive, path.stat().st_size, where)
    else:
        raise RequestError(
            f"{where}: is not a folder, a zip archive or a .csv file (a zip that was cut short looks like this too)"
        )


def _not_utf8(where: str, name: str | bytes) -> RequestError:
    return RequestError(f"{where}: {name!r}: is a name that is not in UTF-8; rename it to UTF-8")


def _kind(name: str) -> str | None:
    if _is_system(name):
        return None
    extension = Path(name).suffix.lower()
    return "image" if extension in EXTENSIONS else "table" if extension == ".csv" else None


def _is_system(name: str) -> bool:
    return any(part.startswith(".") or part.lower() in SYSTEM_FILES for part in name.split("/"))


def _wrapper(files: Iterable[str], folders: set[str]) -> str:
    """The folders, with a last ``/``, around a data set that lies deeper: each the only one and without own files."""
    prefix = ""
    while True:
        inside = {name[len(prefix) :] for name in (*files, *folders) if name.startswith(prefix)} - {""}
        tops = {name.split("/")[0] for name in inside}
        if len(tops) != 1:
            return prefix
        (top,) = tops
        beneath = prefix + top
        holds_files = any(name.startswith(beneath + "/") and "/" not in name[len(beneath) + 1 :] for name in files)
        holds_folders = any(folder.startswith(beneath + "/") for folder in folders)
        if top.lower() in SPLIT_OF_FOLDER or holds_files or not holds_folders:
            return prefix
        prefix = beneath + "/"
