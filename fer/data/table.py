"""The original CSV of FER2013: one row per image with emotion, pixels and Usage."""

import csv
import itertools
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from fer.data.dataset import EXPRESSIONS, IMAGE_SIZE, SPLITS, Dataset, Split, make_dataset
from fer.data.tree import READ_ERRORS, Tree
from fer.errors import RequestError
from fer.naming import nearest
from fer.runtime.progress import progress

COLUMNS = ("emotion", "pixels", "usage")
SPLIT_OF_USAGE = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
PIXELS = IMAGE_SIZE * IMAGE_SIZE
LONGEST_LINE = 100_000
"""Bytes; a row of 2,304 pixels has at most about 10,000."""


def read_table(tree: Tree) -> Dataset:
    """The data set in a CSV file. Rows keep their order within each split.

    Columns, in any order: emotion (0 to 6), pixels (2,304 values 0 to 255, row by row), Usage (Training, PublicTest or
    PrivateTest).
    Raises RequestError, naming the line, for anything else, and where a split is missing.
    """
    if len(tree.tables) != 1:
        raise RequestError(
            f"{tree.where}: holds several CSV files ({', '.join(tree.tables)}); keep the one that is meant"
        )
    name = tree.tables[0]
    where = tree.where if tree.where.endswith(name) else f"{tree.where}: {name!r}"
    pixels: dict[str, bytearray] = {split: bytearray() for split in SPLITS}
    labels: dict[str, list[int]] = {split: [] for split in SPLITS}
    try:
        with tree.open(name) as file, progress(tree.size(name), "reading rows", "byte") as bar:
            rows = csv.reader(_lines(tree, name, file, where))
            order = _columns(next(rows, []), where)
            for row in rows:
                if row:
                    split, label, image = _parse(row, order, f"{where}: line {rows.line_num}")
                    pixels[split] += image
                    labels[split].append(label)
                    bar.update(sum(map(len, row)) + len(row))
    except csv.Error as error:
        raise RequestError(f"{where}: line {rows.line_num}: is not CSV ({error})") from None
    for usage, split in SPLIT_OF_USAGE.items():
        if not labels[split]:
            raise RequestError(f"{where}: missing split {split}: no row has Usage {usage}")
    splits = {
        split: Split(
            np.frombuffer(bytes(pixels[split]), np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE),
            np.array(labels[split], np.int64),
        )
        for split in SPLITS
    }
    return make_dataset(EXPRESSIONS, splits, where=where)


def _lines(tree: Tree, name: str, file: BinaryIO, where: str) -> Iterator[str]:
    """Lines as text, holding none in memory that no row can be."""
    for number in itertools.count(1):
        try:
            line = file.readline(LONGEST_LINE)
        except READ_ERRORS as error:
            raise tree.unreadable(name, error) from None
        if not line:
            return
        if len(line) == LONGEST_LINE:
            raise RequestError(
                f"{where}: line {number}: is longer than {LONGEST_LINE:,} bytes; expected one image a line"
            )
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise RequestError(f"{where}: line {number}: is not text in UTF-8") from None


def _columns(header: list[str], where: str) -> tuple[int, int, int]:
    names = [name.strip().lower() for name in header]
    if sorted(names) != sorted(COLUMNS):
        raise RequestError(f"{where}: line 1: is {','.join(header)[:80]!r}; expected the header emotion,pixels,Usage")
    emotion, pixels, usage = (names.index(column) for column in COLUMNS)
    return emotion, pixels, usage


def _parse(row: list[str], order: tuple[int, int, int], where: str) -> tuple[str, int, bytes]:
    """The split, label and pixels of a row."""
    if len(row) != len(COLUMNS):
        raise RequestError(f"{where}: has {len(row)} fields; expected emotion,pixels,Usage")
    emotion, text, usage = (row[column].strip() for column in order)
    if emotion not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise RequestError(f"{where}: emotion is {emotion[:20]!r}; expected 0 to {len(EXPRESSIONS) - 1}")
    if usage not in SPLIT_OF_USAGE:
        raise RequestError(f"{where}: Usage is {usage[:20]!r}; {nearest(usage, SPLIT_OF_USAGE)}")
    try:
        values = np.fromstring(text, dtype=np.int64, sep=" ")
    except ValueError:
        raise RequestError(
            f"{where}: pixels hold something that is no whole number; expected {PIXELS} values"
        ) from None
    if values.size != PIXELS:
        raise RequestError(f"{where}: has {values.size} pixels; expected {IMAGE_SIZE} x {IMAGE_SIZE} = {PIXELS}")
    if values.min() < 0 or values.max() > 255:
        wrong = values[(values < 0) | (values > 255)][0]
        raise RequestError(f"{where}: has the pixel value {wrong}; expected 0 to 255")
    return SPLIT_OF_USAGE[usage], int(emotion), values.astype(np.uint8).tobytes()
