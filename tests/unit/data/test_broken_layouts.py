"""Broken class folders are refused in one line that names the file and says what would be right."""

import io
import os
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.data.dataset import EXPRESSIONS
from fer.data.decode import decode
from fer.data.images import read_image_folder
from fer.data.source import fingerprint
from fer.errors import RequestError
from fer.study import DrawnSpec
from tests.unit.data.samples import encoded, kaggle_files, numbered, picture, read, write_folder

Files = dict[str, bytes]
HAPPY = "train/happy/Training_1.png"


def tiny_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that declares a size which its pixels could never fill."""
    chunks = [
        b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT" + zlib.compress(bytes(9)),
        b"IEND",
    ]
    packed = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def flipped(data: bytes) -> bytes:
    """The middle byte inverted."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def mistyped_photo() -> bytes:
    """A JPEG to be turned, whose unit of resolution is a text instead of a number."""
    orientation, unit = struct.pack(">HHIHxx", 0x0112, 3, 1, 6), struct.pack(">HHI4s", 0x0128, 2, 2, b"2")
    tags = b"MM\0*" + struct.pack(">IH", 8, 2) + orientation + unit + bytes(4)
    return encoded(picture(1), "JPEG", exif=b"Exif\0\0" + tags)


def mistyped_tiff() -> bytes:
    """A TIFF file that gives the place of its pixels as a floating-point number."""
    data = encoded(picture(1), "TIFF")
    place = struct.pack("<H", 273)
    assert place + struct.pack("<H", 4) in data
    return data.replace(place + struct.pack("<H", 4), place + struct.pack("<H", 11))


def lab_tiff() -> bytes:
    buffer = io.BytesIO()
    Image.new("LAB", (48, 48)).save(buffer, "TIFF")
    return buffer.getvalue()


def without(files: Files, part: str) -> Files:
    return {name: data for name, data in files.items() if part not in name}


def flat() -> Files:
    return numbered(f"{name}/{n}.png" for name in "ab" for n in range(4))


BROKEN: dict[str, tuple[Callable[[], Files], list[str]]] = {
    "a text file called an image": (lambda: kaggle_files() | {HAPPY: b"hello"}, [HAPPY, "is not an image", "JPEG"]),
    "an empty file": (lambda: kaggle_files() | {HAPPY: b""}, [HAPPY, "is not an image"]),
    "a truncated PNG": (lambda: kaggle_files() | {HAPPY: encoded(picture(1))[:1500]}, [HAPPY, "truncated or damaged"]),
    "a flipped byte in a PNG": (
        lambda: kaggle_files() | {HAPPY: flipped(encoded(picture(1)))},
        [HAPPY, "truncated or damaged"],
    ),
    "a photo with a mistyped tag": (
        lambda: kaggle_files() | {HAPPY: mistyped_photo()},
        [HAPPY, "truncated or damaged (required argument is not an integer)"],
    ),
    "a photo with tags that are none": (
        lambda: kaggle_files() | {HAPPY: encoded(picture(1), "WEBP", exif=b"no tags")},
        [HAPPY, "truncated or damaged (not a TIFF file"],
    ),
    "a mistyped TIFF file": (
        lambda: kaggle_files() | {HAPPY: mistyped_tiff()},
        [HAPPY, "truncated or damaged ('float' object"],
    ),
    "CIELAB colours": (
        lambda: kaggle_files() | {HAPPY: lab_tiff()},
        [HAPPY, "has CIELAB colours; save it in RGB or grey"],
    ),
    "an image too large": (
        lambda: kaggle_files() | {HAPPY: tiny_png(10_000, 9_000)},
        [HAPPY, "10000 x 9000 pixels", "64,000,000"],
    ),
    "an image far too large": (
        lambda: kaggle_files() | {HAPPY: tiny_png(60_000, 60_000)},
        [HAPPY, "far more than 64,000,000 pixels"],
    ),
    "an image without pixels": (lambda: kaggle_files() | {HAPPY: tiny_png(48, 48)}, [HAPPY, "truncated or damaged"]),
    "an image one line high": (
        lambda: kaggle_files() | {HAPPY: encoded(picture(1, (1, 48)))},
        [HAPPY, "48 x 1 pixels", "8 to 16,384"],
    ),
    "a class without test images": (lambda: without(kaggle_files(), "disgust/Private"), ["'disgust'", "test"]),
    "an unknown label in test": (
        lambda: kaggle_files() | numbered(["test/hapy/PublicTest_2.png"]),
        ["test/hapy", "unknown label 'hapy'", "did you mean happy?"],
    ),
    "a test file that belongs to neither split": (
        lambda: kaggle_files() | numbered(["test/happy/Other_1.png"]),
        ["test/happy/Other_1.png", "PublicTest_ or PrivateTest_"],
    ),
    "no PublicTest files": (lambda: without(kaggle_files(), "Public"), ["missing split validation", "PublicTest_"]),
    "no test folder": (lambda: without(kaggle_files(), "test/"), ["missing split", "train/", "test/"]),
    "no train folder": (lambda: without(kaggle_files(), "train/"), ["missing split", "test/", "no train/"]),
    "validation but no test": (
        lambda: numbered(f"{split}/{name}/1.png" for split in ("train", "val") for name in "ab"),
        ["missing split", "rename its folder to test"],
    ),
    "two folders for one split": (
        lambda: kaggle_files() | numbered(["training/happy/1.png"]),
        ["train/", "training/", "keep one"],
    ),
    "images beside the split folders": (lambda: kaggle_files() | numbered(["happy/1.png"]), ["happy/1.png", "outside"]),
    "an image in no class folder": (lambda: flat() | numbered(["1.png"]), ["1.png", "<class>/<image>"]),
    "an image too deep": (lambda: flat() | numbered(["a/more/1.png"]), ["a/more/1.png", "too deep"]),
    "split folders without classes": (
        lambda: numbered(["train/1.png", "test/1.png"]),
        ["test, train", "train/<class>/<image>"],
    ),
    "one class only": (lambda: numbered(f"face/{n}.png" for n in range(9)), ["only the class 'face'", "at least two"]),
    "a class with two images": (
        lambda: flat() | numbered(["rare/1.png", "rare/2.png"]),
        ["class 'rare' has too few different images (2)", "at least 3 of each class"],
    ),
    "nothing at all": (lambda: {"README.md": b"x"}, ["holds no data set", "<class>/ folders of images"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_folders_are_refused(case: str, tmp_path: Path) -> None:
    make, expected = BROKEN[case]
    folder = write_folder(make(), tmp_path / "set")
    with pytest.raises(RequestError) as refused:
        read(folder)
    message = str(refused.value)
    assert message.startswith(str(folder))
    assert "\n" not in message
    for part in expected:
        assert part in message


def test_an_empty_class_folder_is_refused(tmp_path: Path) -> None:
    folder = write_folder(kaggle_files(), tmp_path / "set")
    (folder / "train" / "contempt").mkdir()
    with pytest.raises(RequestError, match="'train/contempt': is a class folder without images"):
        read(folder)


@pytest.mark.parametrize("name", [b"train/caf\xe9", b"train/happy/caf\xe9.png", b".caf\xe9"])
def test_a_name_that_is_not_in_utf_8_is_refused(name: bytes, tmp_path: Path) -> None:
    folder = write_folder(kaggle_files(), tmp_path / "set")
    (folder / os.fsdecode(name)).mkdir()
    shown = f"{folder}: {os.fsdecode(name)!r}: is a name that is not in UTF-8; rename it to UTF-8"
    for use in (read, lambda path: fingerprint(str(path), DrawnSpec())):
        with pytest.raises(RequestError, match=f"^{re.escape(shown)}$"):
            use(folder)


def test_a_folder_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    folder = write_folder(kaggle_files(), tmp_path / "set")
    (folder / "train" / "loop").symlink_to(folder)
    with pytest.raises(RequestError, match="nested too deeply"):
        read(folder)


def test_a_source_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="missing"):
        read(tmp_path / "missing")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.tar").write_bytes(b"x" * 600)
    with pytest.raises(RequestError, match=r"not a folder, a zip archive or a \.csv file"):
        read(tmp_path / "set.tar")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_an_image_cut_anywhere_is_refused_or_complete(form: str) -> None:
    """PIL must not fill the missing rows with grey: whatever it accepts has every pixel of the whole file."""
    data = encoded(picture(0), form)
    whole = decode(data, "whole")
    refused = 0
    for length in range(0, len(data), 7):
        try:
            assert np.array_equal(decode(data[:length], "cut"), whole)
        except RequestError:
            refused += 1
    assert refused > 0.9 * len(range(0, len(data), 7))


def test_an_image_folder_must_have_every_given_class_and_no_other(tmp_path: Path) -> None:
    folder = write_folder(numbered(["happy/1.png", "sad/1.png"]), tmp_path / "set")
    with pytest.raises(RequestError, match="class 'anger' has no folder"):
        read_image_folder(folder, EXPRESSIONS)
    with pytest.raises(RequestError, match="unknown label 'sad'; did you mean said"):
        read_image_folder(folder, ("happy", "said"))
