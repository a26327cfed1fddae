"""Zip archives that escape, explode or are damaged are refused before anything of them is used."""

import stat
import zipfile
from pathlib import Path

import pytest

from fer.data import zip_checks
from fer.errors import RequestError
from tests.unit.data.samples import kaggle_files, read, table, write_zip


def refused(path: Path) -> str:
    with pytest.raises(RequestError) as error:
        read(path)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "name", ["../evil.png", "train/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png"]
)
def test_a_path_that_leaves_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    message = refused(write_zip(kaggle_files() | {name: b"x"}, tmp_path / "slip.zip"))
    assert "leaves the archive" in message
    assert "evil.png" in message
    assert not list(tmp_path.rglob("evil.png"))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files(), tmp_path / "link.zip")
    link = zipfile.ZipInfo("train/happy/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "'train/happy/link.png': is a link" in refused(path)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files(), tmp_path / "twice.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("train/happy/Training_1.png", b"other")
    assert "'train/happy/Training_1.png': stands twice" in refused(path)


def test_a_name_that_is_not_in_utf_8_though_the_archive_says_so_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files() | {"train/café/1.png": b""}, tmp_path / "odd.zip")
    path.write_bytes(path.read_bytes().replace("café".encode(), b"caf\xe9\xe9"))
    assert refused(path) == rf"{path}: b'train/caf\xe9\xe9/1.png': is a name that is not in UTF-8; rename it to UTF-8"


def test_a_member_whose_two_names_differ_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files() | {"train/happy/é.png": b""}, tmp_path / "odd.zip")
    data = path.read_bytes()
    place = data.index("é.png".encode())  # beside the member itself; the archive's list has it, too
    path.write_bytes(data[:place] + b"\xe9\xe9" + data[place + 2 :])
    assert "'train/happy/é.png': cannot be read" in refused(path)


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    bomb = write_zip(kaggle_files() | {"train/happy/Training_3.png": bytes(100 * 2**20)}, tmp_path / "bomb.zip")
    message = refused(bomb)
    assert "Training_3.png" in message
    assert "100 times its size" in message


def test_members_that_share_their_packed_bytes_count_each() -> None:
    """The ratio of each member is modest, that of the archive is not."""
    infos = []
    for number in range(1000):
        info = zipfile.ZipInfo(f"train/happy/{number}.png")
        info.file_size, info.compress_size = 2**20, 2**19
        infos.append(info)
    with pytest.raises(RequestError, match="has unpacked to"):
        zip_checks.check_archive(infos, 2**20, "overlapping.zip")


def test_a_member_with_more_bytes_than_declared_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files(), tmp_path / "lying.zip", zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")  # the first member's record in the central directory
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    message = refused(path)
    assert "train/angry/Training_1.png" in message
    assert "cannot be read" in message


def test_a_flipped_byte_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files(), tmp_path / "flipped.zip", zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    path.write_bytes(data)
    message = refused(path)
    assert "train/angry/Training_1.png" in message
    assert "CRC" in message


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_under_any_compression_is_a_request_error(tmp_path: Path, compression: int) -> None:
    path = write_zip({"fer2013.csv": table().encode()}, tmp_path / "damaged.zip", compression)
    data = bytearray(path.read_bytes())
    data[200:400] = bytes(200)
    path.write_bytes(data)
    assert "'fer2013.csv'" in refused(path)


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_zip(kaggle_files(), tmp_path / "short.zip")
    path.write_bytes(path.read_bytes()[:-100])
    assert "cut short" in refused(path)


def test_the_limits_leave_room_for_the_real_archives() -> None:
    """Kaggle's zip stores its images; the CSV of 301 MB is zipped to about 97 MB."""
    for unpacked, packed in ((66_337_222, 71_463_268), (301_072_766, 96_618_765)):
        info = zipfile.ZipInfo("fer2013.csv")
        info.file_size, info.compress_size = unpacked, packed
        assert set(zip_checks.check_archive([info], packed, "real.zip")) == {"fer2013.csv"}
