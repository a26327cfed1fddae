"""Data sets and synthetic sets for other people's tools: class folders of PNG, or FER2013's CSV."""

import csv
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from fer.data.dataset import EXPRESSIONS, Split
from fer.data.table import SPLIT_OF_USAGE
from fer.errors import RequestError
from fer.paths import local_path
from fer.runtime.progress import progress

USAGE_OF_SPLIT = {split: usage for usage, split in SPLIT_OF_USAGE.items()}


def export_folders(splits: Mapping[str, Split], classes: Sequence[str], target: Path) -> None:
    """Write ``target/<split>/<class>/<index>.png``, 8-bit grey; the index is the image's place in its split.

    ``read_source`` reads the result with the same pixels and labels, by label and then in the order of each split. The
    target appears whole or not at all. Raises RequestError where it exists and is not an empty folder, and for a class
    whose name cannot be a folder's.
    """
    for name in classes:
        if not name or name.startswith(".") or "/" in name or "\0" in name:
            raise RequestError(f"export to {target}: class {name!r} cannot be a folder's name; export as CSV instead")
    with _replacing(target) as folder, progress(sum(map(len, splits.values())), "writing images", "image") as bar:
        for split_name, split in splits.items():
            for label in np.unique(split.labels):
                (folder / split_name / classes[label]).mkdir(parents=True)
            digits = len(str(len(split)))
            for index, (image, label) in enumerate(zip(split.images, split.labels, strict=True)):
                file = folder / split_name / classes[label] / f"{index:0{digits}}.png"
                Image.fromarray(image).save(file, compress_level=1)
                bar.update(1)


def export_csv(splits: Mapping[str, Split], classes: Sequence[str], target: Path) -> None:
    """Write FER2013's CSV: emotion,pixels,Usage, where train, validation, test are Training, PublicTest, PrivateTest.

    ``read_source`` reads it back identically. The file appears whole or not at all. Raises RequestError where the
    target exists, for classes other than the seven expressions (the format has numbers only), and for other splits.
    """
    if tuple(classes) != EXPRESSIONS:
        raise RequestError(
            f"export to {target}: the CSV format holds the classes {', '.join(EXPRESSIONS)} only, "
            f"not {', '.join(classes)}; export as folders instead"
        )
    for name in splits:
        if name not in USAGE_OF_SPLIT:
            raise RequestError(
                f"export to {target}: the CSV format has no split {name}; known: {', '.join(USAGE_OF_SPLIT)}"
            )
    texts = np.array([str(value) for value in range(256)], dtype=object)
    with _replacing(target) as path, path.open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["emotion", "pixels", "Usage"])
        with progress(sum(map(len, splits.values())), "writing rows", "row") as bar:
            for name, split in splits.items():
                for image, label in zip(split.images, split.labels, strict=True):
                    rows.writerow([int(label), " ".join(texts[image.ravel()]), USAGE_OF_SPLIT[name]])
                    bar.update(1)


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A temporary sibling that becomes ``target`` if all goes well and is removed if not."""
    if target.name in ("", ".."):
        raise RequestError(f"export to {str(target)!r}: names no new folder or file; give a new name")
    target = local_path(str(target))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise RequestError(f"export to {target}: exists already; give a new name or an empty folder")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if target.is_dir() and not temporary.is_dir():
            target.rmdir()
        temporary.replace(target)
    except OSError as error:
        raise RequestError(f"export to {target}: cannot be written ({error.strerror}); give another place") from None
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        elif temporary.exists():
            temporary.unlink()
