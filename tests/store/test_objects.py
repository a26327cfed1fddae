"""The bottom layer keeps its protocol on both backends."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from fer.errors import RequestError
from fer.store import MissingObject, Objects, refuse_unconditional

UNSAFE = ["", "/etc/passwd", "../beside", "a/../../beside", "a//b", "a/./b", "a/", "a\\b", "a\x00b", "a\nb"]


def test_what_was_written_is_read_back(objects: Objects) -> None:
    objects.write("a/b", b"first")
    objects.write("a/b", b"second")
    assert objects.read("a/b") == b"second"


def test_reading_what_is_not_there_says_so(objects: Objects, tmp_path: Path) -> None:
    objects.write("a/b", b"x")
    for key in ("a/c", "a", "a/b/c"):
        with pytest.raises(MissingObject):
            objects.read(key)
        with pytest.raises(MissingObject):
            objects.download(key, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_created_object_is_not_replaced_by_a_second_create(objects: Objects) -> None:
    assert objects.create("a", b"first")
    assert not objects.create("a", b"second")
    assert objects.read("a") == b"first"


def test_of_many_that_create_at_once_exactly_one_succeeds(objects: Objects) -> None:
    writers = 12
    start = Barrier(writers)

    def create(number: int) -> bool:
        start.wait()
        return objects.create("claims/x/1.json", f"writer {number}".encode())

    with ThreadPoolExecutor(writers) as pool:
        created = list(pool.map(create, range(writers)))
    assert created.count(True) == 1
    assert objects.read("claims/x/1.json") == f"writer {created.index(True)}".encode()


def test_a_large_file_goes_up_and_comes_down_unchanged(objects: Objects, tmp_path: Path) -> None:
    data = os.urandom(40 * 1024 * 1024 + 17)
    (tmp_path / "large").write_bytes(data)
    objects.upload("large", tmp_path / "large")
    objects.download("large", tmp_path / "deep" / "er" / "copy")
    assert (tmp_path / "deep" / "er" / "copy").read_bytes() == data
    objects.write("large", data[1:])
    assert objects.read("large") == data[1:]


def test_a_download_replaces_the_file_and_leaves_nothing_beside_it(objects: Objects, tmp_path: Path) -> None:
    objects.write("a", b"new")
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "a").write_bytes(b"an old and longer one")
    objects.download("a", tmp_path / "into" / "a")
    assert [path.read_bytes() for path in (tmp_path / "into").iterdir()] == [b"new"]


def test_a_listing_takes_any_string_as_prefix_and_tells_size_and_time(objects: Objects) -> None:
    for key in ("cell/1/manifest.json", "cell/1/a/x", "cell/12/manifest.json", "cells/1", "dataset/1"):
        objects.write(key, key.encode())
    assert {info.key for info in objects.list()} == {
        "cell/1/manifest.json",
        "cell/1/a/x",
        "cell/12/manifest.json",
        "cells/1",
        "dataset/1",
    }
    assert {info.key for info in objects.list("cell/1/")} == {"cell/1/manifest.json", "cell/1/a/x"}
    assert {info.key for info in objects.list("cell/1")} == {
        "cell/1/manifest.json",
        "cell/1/a/x",
        "cell/12/manifest.json",
    }
    assert list(objects.list("nothing/")) == []
    (info,) = objects.list("dataset/")
    assert info.size == len("dataset/1")
    assert abs(info.modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_listing_goes_on_past_a_thousand_objects(objects: Objects) -> None:
    keys = {f"many/{number:04d}" for number in range(1_005)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: objects.write(key, b""), keys))
    assert {info.key for info in objects.list("many/")} == keys


def test_deleting_removes_the_object_and_is_no_error_where_there_is_none(objects: Objects) -> None:
    objects.write("a/b/c", b"x")
    objects.delete("a/b/c")
    objects.delete("a/b/c")
    assert list(objects.list()) == []


@pytest.mark.parametrize("key", UNSAFE)
def test_a_key_that_could_leave_the_root_is_refused(objects: Objects, key: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")
    for use in (
        lambda: objects.read(key),
        lambda: objects.write(key, b"x"),
        lambda: objects.create(key, b"x"),
        lambda: objects.upload(key, source),
        lambda: objects.download(key, tmp_path / "copy"),
        lambda: objects.delete(key),
        lambda: objects.local_path(key),
    ):
        with pytest.raises(RequestError, match="unsafe name"):
            use()
    assert not (tmp_path / "beside").exists()


def test_a_backend_with_conditional_writes_passes_the_probe_and_keeps_nothing_of_it(objects: Objects) -> None:
    refuse_unconditional(objects)
    assert list(objects.list()) == []
