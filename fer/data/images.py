"""Class folders of image files as arrays: what lies in which folder, and reading it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import IMAGE_SIZE, Split
from fer.data.decode import decode
from fer.data.labels import classes_of, label_of, spellings
from fer.data.tree import Tree, open_tree
from fer.errors import RequestError
from fer.naming import nearest
from fer.runtime.progress import progress


class LabelledImages(NamedTuple):
    """Images uint8 (n, 48, 48) in the order of their labels int64 (n,), then of their file names."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


def read_image_folder(path: Path, classes: Sequence[str] | None = None) -> LabelledImages:
    """All images of a folder (or zip) of class folders; folders that merely wrap the class folders do not matter.

    With ``classes`` labels are indices into them: a folder that is none of them, or one of them without images, is an
    error. Raises RequestError for these, for broken images, and for files that are in no class folder.
    """
    with open_tree(path, str(path)) as tree:
        if not tree.images:
            raise RequestError(f"{path}: holds no images; expected class folders of image files")
        tops = {name.split("/")[0] for name in tree.images}
        wrapped = len(tops) == 1 and all(name.count("/") == 2 for name in tree.images)
        folders = class_folders(tree, f"{tops.pop()}/" if wrapped else "")
        known = tuple(classes) if classes is not None else classes_of(folders)
        names, labels = labelled(tree, folders, known)
        for label, name in enumerate(known):
            if label not in labels:
                raise RequestError(f"{path}: class {name!r} has no folder; expected one for each of {', '.join(known)}")
        return LabelledImages(read_images(tree, names), labels, known)


def class_folders(tree: Tree, base: str = "") -> dict[str, list[str]]:
    """Image files by the class folder that they lie in, for the class folders directly in ``base``.

    ``base`` is empty or ends with ``/``. Raises RequestError for an image beside or beneath the class folders and for a
    class folder without images.
    """
    inside = (folder[len(base) :] for folder in tree.folders if folder.startswith(base))
    found: dict[str, list[str]] = {folder: [] for folder in inside if "/" not in folder}
    for name in tree.images:
        if name.startswith(base):
            folder, *rest = name[len(base) :].split("/")
            if len(rest) != 1:
                what = "in no class folder" if not rest else "too deep"
                raise RequestError(f"{tree.where}: {name!r}: lies {what}; expected {base}<class>/<image>")
            found[folder].append(name)
    for folder, names in found.items():
        if not names:
            raise RequestError(
                f"{tree.where}: {base + folder!r}: is a class folder without images; remove it or fill it"
            )
    return found


def labelled(
    tree: Tree, folders: dict[str, list[str]], classes: tuple[str, ...]
) -> tuple[list[str], NDArray[np.int64]]:
    """Files and their labels, by label and then by name.

    Raises RequestError for a folder that is none of ``classes``.
    """
    pairs: list[tuple[int, str]] = []
    for folder, names in folders.items():
        label = label_of(folder, classes)
        if label is None:
            place = names[0].rsplit("/", 1)[0]
            raise RequestError(
                f"{tree.where}: {place!r}: unknown label {folder!r}; {nearest(folder, spellings(classes))}"
            )
        pairs += ((label, name) for name in names)
    pairs.sort()
    return [name for _, name in pairs], np.array([label for label, _ in pairs], dtype=np.int64)


def read_images(tree: Tree, names: Sequence[str]) -> NDArray[np.uint8]:
    """Decode image files to uint8 (n, 48, 48). Raises RequestError naming the first that is no whole image."""
    images = np.empty((len(names), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    with progress(len(names), "reading images", "image") as bar:
        for place, name in zip(images, names, strict=True):
            place[:] = decode(tree.read_image(name), f"{tree.where}: {name!r}")
            bar.update(1)
    return images


def read_split(tree: Tree, folders: dict[str, list[str]], classes: tuple[str, ...]) -> Split:
    """The images of some class folders as one split."""
    names, labels = labelled(tree, folders, classes)
    return Split(read_images(tree, names), labels)
