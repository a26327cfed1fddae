"""The data set that every stage works on: three splits of 48 x 48 grey images, and which test images are leaked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.data.duplicates import image_keys
from fer.errors import RequestError

IMAGE_SIZE = 48

SPLITS = ("train", "validation", "test")

EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""The classes of FER2013 in the order of its labels 0 to 6."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images, uint8 (n, 48, 48), and their labels, int64 (n,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A prepared data set. ``make_dataset`` builds one and checks it."""

    classes: tuple[str, ...]
    """Names; a label is an index into them."""
    train: Split
    validation: Split
    test: Split
    test_leaked: NDArray[np.bool_]
    """(n_test,): test images whose pixels also occur in train or validation. The leak-free part is ``~test_leaked``."""
    notes: tuple[str, ...] = ()
    """What the reader did that somebody should know: files it ignored, splits that it made."""

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name, in the order train, validation, test."""
        return {name: getattr(self, name) for name in SPLITS}


def make_dataset(
    classes: Sequence[str], splits: Mapping[str, Split], *, where: str, notes: Sequence[str] = ()
) -> Dataset:
    """Put splits together and mark leaked test images. ``where`` is the source's name in errors.

    Raises RequestError for fewer than two classes and for a split without images of some class: every figure is
    reported per class, so that a class without test or validation images would have none.
    """
    if len(classes) < 2:
        raise RequestError(f"{where}: holds only the class {classes[0]!r}; a classifier needs at least two")
    for name in SPLITS:
        counts = np.bincount(splits[name].labels, minlength=len(classes))
        if counts.min() == 0:
            empty = classes[int(counts.argmin())]
            raise RequestError(f"{where}: class {empty!r} has no image in {name}; each class needs one in every split")
    known = np.concatenate([image_keys(splits[name].images) for name in ("train", "validation")])
    return Dataset(
        tuple(classes),
        splits["train"],
        splits["validation"],
        splits["test"],
        np.isin(image_keys(splits["test"].images), known),
        tuple(notes),
    )


def save_dataset(dataset: Dataset, audit: Mapping[str, Any], folder: Path) -> None:
    """Write ``dataset.npz`` (arrays, nothing pickled), ``dataset.json`` (classes, counts, notes) and ``audit.json``."""
    arrays: dict[str, NDArray[Any]] = {"test_leaked": dataset.test_leaked}
    for name, split in dataset.splits.items():
        arrays |= {f"{name}_images": split.images, f"{name}_labels": split.labels}
    with (folder / "dataset.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    facts = {
        "classes": list(dataset.classes),
        "images": {name: len(split) for name, split in dataset.splits.items()},
        "image_size": IMAGE_SIZE,
        "notes": list(dataset.notes),
    }
    for file_name, content in (("dataset.json", facts), ("audit.json", audit)):
        (folder / file_name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_dataset(folder: Path) -> Dataset:
    """The data set that ``save_dataset`` wrote into a folder."""
    facts = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    with np.load(folder / "dataset.npz", allow_pickle=False) as arrays:
        splits = {name: Split(arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in SPLITS}
        return Dataset(
            tuple(facts["classes"]), **splits, test_leaked=arrays["test_leaked"], notes=tuple(facts["notes"])
        )
