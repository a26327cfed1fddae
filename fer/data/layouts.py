"""Data sets as class folders: Kaggle's FER2013, train and test folders of any names, or no splits at all."""

from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import SPLITS, Dataset, Split, make_dataset
from fer.data.duplicates import image_keys
from fer.data.images import class_folders, labelled, read_images, read_split
from fer.data.labels import classes_of
from fer.data.split import SHARE, SPLIT_SEED, draw_parts
from fer.data.tree import SPLIT_OF_FOLDER, Tree
from fer.errors import RequestError

KAGGLE_SPLITS = {"PublicTest": "validation", "PrivateTest": "test"}
"""How file names in Kaggle's test folder begin, and the splits that they belong to."""
DRAWN_BY = f"drawn by content (seed {SPLIT_SEED})"


def has_splits(tree: Tree) -> bool:
    """Whether images lie in split folders (``train/<class>/<image>``)."""
    return any(name.count("/") >= 2 and name.split("/")[0].lower() in SPLIT_OF_FOLDER for name in tree.images)


def is_kaggle(tree: Tree) -> bool:
    """Whether the test folder's file names say which split they belong to, and there is no validation folder."""
    if not has_splits(tree) or "validation" in _split_folders(tree):
        return False
    return any(_kaggle_split(name) for name in tree.images if _split_of(name) == "test")


def read_kaggle(tree: Tree) -> Dataset:
    """Kaggle's FER2013: ``train/<class>/``, and ``test/<class>/`` with PublicTest_* (validation) and PrivateTest_*.

    Raises RequestError for a test file that is neither, where one of the two is missing, and for images elsewhere.
    """
    folders = _split_folders(tree)
    _refuse_outsiders(tree, folders)
    train = class_folders(tree, _needed(tree, folders, "train"))
    classes = classes_of(train)
    names, labels = labelled(tree, class_folders(tree, folders["test"]), classes)
    for name in names:
        if _kaggle_split(name) is None:
            expected = " or ".join(f"{prefix}_" for prefix in KAGGLE_SPLITS)
            raise RequestError(
                f"{tree.where}: {name!r}: expected a name that begins with {expected}, like its neighbours'"
            )
    splits = np.array([_kaggle_split(name) for name in names])
    for prefix, split in KAGGLE_SPLITS.items():
        if split not in splits:
            raise RequestError(f"{tree.where}: missing split {split}: no file in test begins with {prefix}_")
    images = read_images(tree, names)
    parts = {split: Split(images[splits == split], labels[splits == split]) for split in KAGGLE_SPLITS.values()}
    return make_dataset(
        classes, {"train": read_split(tree, train, classes), **parts}, where=tree.where, notes=_ignored(tree)
    )


def read_split_folders(tree: Tree) -> Dataset:
    """``train/<class>/``, ``test/<class>/`` and perhaps ``validation/<class>/`` (or ``val``, ``valid``).

    Without validation, a tenth of each class of train becomes it. Raises RequestError without train or test, and for
    images outside the split folders.
    """
    folders = _split_folders(tree)
    _refuse_outsiders(tree, folders)
    by_split = {split: class_folders(tree, _needed(tree, folders, split)) for split in ("train", "test")}
    if "validation" in folders:
        by_split["validation"] = class_folders(tree, folders["validation"])
    classes = classes_of(by_split["train"])
    splits = {split: read_split(tree, by_split[split], classes) for split in SPLITS if split in by_split}
    notes = _ignored(tree)
    if "validation" not in splits:
        rest, held_out = _parts(splits["train"], draw_parts(splits["train"].images, splits["train"].labels, 1), 2)
        splits |= {"train": rest, "validation": held_out}
        notes.append(f"validation is {SHARE:.0%} of each class of train, {DRAWN_BY}")
    return make_dataset(classes, splits, where=tree.where, notes=notes)


def read_class_folders(tree: Tree) -> Dataset:
    """``<class>/<image>`` without splits: a tenth of each class becomes test and another tenth validation.

    Raises RequestError where the folders are split folders that hold images without class folders.
    """
    folders = class_folders(tree)
    if all(folder.lower() in SPLIT_OF_FOLDER for folder in folders):
        raise RequestError(
            f"{tree.where}: {', '.join(sorted(folders))} hold images without class folders; "
            "expected train/<class>/<image>"
        )
    classes = classes_of(folders)
    everything = read_split(tree, folders, classes)
    for label, name in enumerate(classes):
        different = len(set(image_keys(everything.images[everything.labels == label]).tolist()))
        if different < 3:
            raise RequestError(
                f"{tree.where}: class {name!r} has too few different images ({different}); a folder without splits "
                "needs at least 3 of each class, one for each split"
            )
    chosen = draw_parts(everything.images, everything.labels, 2)
    train, test, validation = _parts(everything, chosen, 3)
    notes = [*_ignored(tree), f"test and validation are {SHARE:.0%} of each class each, {DRAWN_BY}"]
    splits = {"train": train, "validation": validation, "test": test}
    return make_dataset(classes, splits, where=tree.where, notes=notes)


def _split_of(name: str) -> str | None:
    return SPLIT_OF_FOLDER.get(name.split("/")[0].lower())


def _kaggle_split(name: str) -> str | None:
    return KAGGLE_SPLITS.get(PurePosixPath(name).name.split("_")[0])


def _split_folders(tree: Tree) -> dict[str, str]:
    """The folder of each split, with a last ``/``."""
    found: dict[str, str] = {}
    for folder in sorted(folder for folder in tree.folders if "/" not in folder):
        split = _split_of(folder)
        if split in found:
            raise RequestError(f"{tree.where}: {found[split]} and {folder}/ are both {split}; keep one of them")
        if split:
            found[split] = folder + "/"
    return found


def _refuse_outsiders(tree: Tree, folders: dict[str, str]) -> None:
    for name in tree.images:
        if _split_of(name) is None:
            raise RequestError(f"{tree.where}: {name!r}: lies outside the split folders {', '.join(folders.values())}")


def _needed(tree: Tree, folders: dict[str, str], split: str) -> str:
    if split not in folders:
        more = " (validation can be drawn from train: rename its folder to test)" if "validation" in folders else ""
        raise RequestError(f"{tree.where}: missing split: {', '.join(folders.values())} but no {split}/{more}")
    return folders[split]


def _parts(split: Split, chosen: NDArray[np.int64], count: int) -> list[Split]:
    return [Split(split.images[chosen == part], split.labels[chosen == part]) for part in range(count)]


def _ignored(tree: Tree) -> list[str]:
    """A note on the files that were left out."""
    names = [*tree.ignored, *tree.tables]
    if not names:
        return []
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
    return [f"ignored {len(names):,} files that are not images: {shown}"]
