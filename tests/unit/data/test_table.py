"""FER2013's CSV is read row by row, and a wrong row is named."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from fer.data.dataset import EXPRESSIONS
from fer.errors import RequestError
from tests.unit.data.samples import picture, read, row, table, write_zip

PIXELS = " ".join(["7"] * 2304)


def test_rows_go_to_the_split_of_their_usage(tmp_path: Path) -> None:
    (tmp_path / "fer2013.csv").write_text(table([row(4, "PrivateTest", picture(99))]))
    dataset = read(tmp_path / "fer2013.csv")
    assert dataset.classes == EXPRESSIONS
    assert [len(split) for split in dataset.splits.values()] == [7, 7, 8]
    assert np.array_equal(dataset.test.images[-1], picture(99))
    assert dataset.test.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 4]


def test_a_zipped_table_and_a_folder_with_one_read_alike(tmp_path: Path) -> None:
    text = table().encode()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "fer2013.csv").write_bytes(text)
    (tmp_path / "plain" / "README").write_bytes(b"words")
    zipped = read(write_zip({"fer2013/fer2013.csv": text}, tmp_path / "fer2013.zip", zipfile.ZIP_DEFLATED))
    assert np.array_equal(zipped.train.images, read(tmp_path / "plain").train.images)


def test_columns_may_stand_in_another_order_with_spaces_quotes_and_windows_line_ends(tmp_path: Path) -> None:
    """As in the version of the file that is called icml_face_data.csv."""
    lines = table().splitlines()[1:]
    rows = [(e, u, f'"{p}"') for e, p, u in (line.split(",") for line in lines)]
    text = "\r\n".join(["emotion, Usage, pixels", *(",".join(fields) for fields in rows)])
    (tmp_path / "icml.csv").write_text("\ufeff" + text, encoding="utf-8", newline="")
    (tmp_path / "plain.csv").write_text(table())
    one, other = read(tmp_path / "icml.csv"), read(tmp_path / "plain.csv")
    assert np.array_equal(one.test.images, other.test.images)
    assert np.array_equal(one.test.labels, other.test.labels)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"3,{PIXELS[2:]},Training\n", ["has 2303 pixels", "48 x 48 = 2304"]),
        (f"3,{PIXELS} 7,Training\n", ["has 2305 pixels"]),
        ("3,,Training\n", ["has 0 pixels"]),
        (f"3,{PIXELS[:-1]}256,Training\n", ["pixel value 256", "0 to 255"]),
        (f"3,{PIXELS[:-1]}-1,Training\n", ["pixel value -1", "0 to 255"]),
        (f"3,{PIXELS[:-1]}99999999999999999999,Training\n", ["pixel value", "0 to 255"]),
        (f"3,{PIXELS[:-1]}x,Training\n", ["no whole number"]),
        (f"3,{PIXELS[:-1]}0.5,Training\n", ["no whole number"]),
        (f"7,{PIXELS},Training\n", ["emotion is '7'", "0 to 6"]),
        (f"happy,{PIXELS},Training\n", ["emotion is 'happy'", "0 to 6"]),
        (f"3,{PIXELS},training\n", ["Usage is 'training'", "did you mean Training?"]),
        (f"3,{PIXELS}\n", ["has 2 fields", "emotion,pixels,Usage"]),
        (f"3,{PIXELS} {' ' * 100_000},Training\n", ["longer than 100,000 bytes"]),
        (f"3,{PIXELS},Tr\udcffining\n", ["not text in UTF-8"]),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, line: str, expected: list[str]) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_bytes(table([line, row(1, "Training", picture(5))]).encode("utf-8", "surrogateescape"))
    with pytest.raises(RequestError) as refused:
        read(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: line 23: ")
    assert "\n" not in message
    for part in expected:
        assert part in message


def test_another_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(table(header="emotion,pixels\n"))
    with pytest.raises(RequestError, match=r"line 1: is 'emotion,pixels'; expected the header emotion,pixels,Usage"):
        read(tmp_path / "train.csv")


def test_a_missing_split_is_refused(tmp_path: Path) -> None:
    lines = [line for line in table().splitlines(keepends=True) if "PublicTest" not in line]
    (tmp_path / "fer2013.csv").write_text("".join(lines))
    with pytest.raises(RequestError, match="missing split validation: no row has Usage PublicTest"):
        read(tmp_path / "fer2013.csv")


def test_an_emotion_without_rows_is_refused(tmp_path: Path) -> None:
    lines = [line for line in table().splitlines(keepends=True) if not line.startswith("1,")]
    (tmp_path / "fer2013.csv").write_text("".join(lines))
    with pytest.raises(RequestError, match="class 'disgust' has no image in train"):
        read(tmp_path / "fer2013.csv")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fer2013.csv").write_text("")
    with pytest.raises(RequestError, match="expected the header"):
        read(tmp_path / "fer2013.csv")


def test_several_tables_are_refused(tmp_path: Path) -> None:
    path = write_zip({"a.csv": table().encode(), "b.csv": table().encode()}, tmp_path / "two.zip")
    with pytest.raises(RequestError, match=r"several CSV files \(a.csv, b.csv\)"):
        read(path)
