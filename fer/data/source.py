"""From a source (a path, a store URI or ``drawn``) to a data set, whatever its layout."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fer.data.dataset import Dataset
from fer.data.layouts import has_splits, is_kaggle, read_class_folders, read_kaggle, read_split_folders
from fer.data.table import read_table
from fer.data.tree import READ_ERRORS, Tree, open_tree
from fer.errors import RequestError
from fer.runtime.scratch import scratch_folder
from fer.study import DrawnSpec

DRAWN = "drawn"


@dataclass(frozen=True)
class Reader:
    """One layout of a data set."""

    layout: str
    recognises: Callable[[Tree], bool]
    read: Callable[[Tree], Dataset]


READERS = (
    Reader("a CSV file with emotion,pixels,Usage", lambda tree: bool(tree.tables) and not tree.images, read_table),
    Reader("train/<class>/ and test/<class>/ with PublicTest_* and PrivateTest_* files", is_kaggle, read_kaggle),
    Reader("train/<class>/, test/<class>/ and perhaps validation/<class>/", has_splits, read_split_folders),
    Reader("<class>/ folders of images", lambda tree: bool(tree.images), read_class_folders),
)
"""Every layout that can be read; the first that recognises a source reads it."""


def read_source(uri: str, scratch: Path, drawn: DrawnSpec) -> Dataset:
    """Read the data set behind ``uri``: ``drawn``, a folder, a zip archive, a CSV file, or a store URI of one of these.

    ``scratch`` takes what has to be fetched; ``drawn`` says how many faces are drawn. Images become 48 x 48 grey
    (fer.data.resize). Raises RequestError, in one line, for sources that do not exist or are broken.
    """
    if uri == DRAWN:
        from fer.data.drawn import draw_dataset

        return draw_dataset(drawn)
    with _open_source(uri, scratch) as tree:
        for reader in READERS:
            if reader.recognises(tree):
                return reader.read(tree)
        raise RequestError(f"{uri}: holds no data set; expected {'; or '.join(reader.layout for reader in READERS)}")


def fingerprint(uri: str, drawn: DrawnSpec) -> str:
    """SHA-256, in hex, of what a source holds: equal for equal content, wherever it lies and however it is packed.

    It covers the image files' names within the data set and their bytes (or the CSV file's bytes); ignored files do
    not count. Raises RequestError like ``read_source``, but does not decode anything.
    """
    total = hashlib.sha256()
    if uri == DRAWN:
        total.update(f"drawn {drawn.model_dump_json()}".encode())
        return total.hexdigest()
    with scratch_folder("fer-source-") as scratch, _open_source(uri, scratch) as tree:
        for name in tree.images:
            total.update(f"{len(name.encode())} {name} {hashlib.sha256(tree.read_image(name)).hexdigest()}\n".encode())
        if not tree.images:
            for name in tree.tables:
                total.update(f"table {_digest(tree, name)}\n".encode())
    return total.hexdigest()


@contextmanager
def _open_source(uri: str, scratch: Path) -> Iterator[Tree]:
    from fer.store.uris import fetch_uri

    with open_tree(fetch_uri(uri, scratch), uri) as tree:
        yield tree


def _digest(tree: Tree, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with tree.open(name) as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
    except READ_ERRORS as error:
        raise tree.unreadable(name, error) from None
    return digest.hexdigest()
