"""Small data sets on disk for the tests of readers."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer.data.dataset import Dataset
from fer.data.source import read_source
from fer.study import DrawnSpec

KAGGLE_FOLDERS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


def picture(seed: int, size: tuple[int, int] = (48, 48)) -> NDArray[np.uint8]:
    """A grey picture (height, width) of noise."""
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def encoded(pixels: NDArray[np.uint8], form: str = "PNG", **options: object) -> bytes:
    """Pixels as the bytes of an image file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def numbered(names: Iterable[str]) -> dict[str, bytes]:
    """A different PNG for each name; picture i is ``picture(i)``."""
    return {name: encoded(picture(index)) for index, name in enumerate(names)}


def kaggle_files() -> dict[str, bytes]:
    """Kaggle's layout with one or two images of each class in each split."""
    names = [f"train/{folder}/Training_{n}.png" for folder in KAGGLE_FOLDERS for n in (1, 2)]
    names += [f"test/{folder}/{usage}Test_1.png" for folder in KAGGLE_FOLDERS for usage in ("Private", "Public")]
    return numbered(names)


def write_folder(files: Mapping[str, bytes], root: Path) -> Path:
    """Write files below ``root``."""
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def write_zip(files: Mapping[str, bytes], path: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write files into a zip archive."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def read(path: Path) -> Dataset:
    """Read a source on this machine."""
    return read_source(str(path), path.parent / "scratch", DrawnSpec())


def row(emotion: int, usage: str, pixels: NDArray[np.uint8]) -> str:
    """A line of FER2013's CSV."""
    return f"{emotion},{' '.join(map(str, pixels.ravel()))},{usage}\n"


def table(rows: Iterable[str] = (), header: str = "emotion,pixels,Usage\n") -> str:
    """FER2013's CSV with one image of each class in each split, and further rows."""
    usages = ("Training", "PublicTest", "PrivateTest")
    whole = [row(emotion, usage, picture(10 * emotion + n)) for n, usage in enumerate(usages) for emotion in range(7)]
    return "".join([header, *whole, *rows])
