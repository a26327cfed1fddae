"""What only a folder store can get wrong."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer.errors import RequestError, StageError, TryAgain
from fer.store import open_objects, open_store
from fer.store.folder import FolderObjects
from tests.store.publishing import DIGEST, publish


def test_opening_a_folder_store_makes_nothing(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    assert not store.exists("dataset", "1")
    assert list(store.objects.list()) == []
    assert not (tmp_path / "store").exists()


def test_an_artifact_is_read_where_it_lies(tmp_path: Path, made: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    manifest = publish(store, made)
    assert store.fetch("dataset", DIGEST) == tmp_path / "store" / "dataset" / DIGEST / manifest.attempt


def test_writing_leaves_no_other_files_behind(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "store")
    objects.write("a/b", b"1")
    objects.write("a/b", b"2")
    objects.create("a/b", b"3")
    objects.create("a/c", b"4")
    assert sorted(path.name for path in (tmp_path / "store").rglob("*") if path.is_file()) == ["b", "c"]


def test_files_of_a_killed_writer_are_not_listed(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    objects.write("a/b", b"1")
    (tmp_path / "a" / ".aside-123").write_bytes(b"half a fi")
    assert [info.key for info in objects.list()] == ["a/b"]
    with pytest.raises(RequestError, match="unsafe name"):
        objects.read("a/.aside-123")


def test_deleting_removes_the_folders_that_become_empty_but_not_the_store(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "store")
    objects.write("a/b/c", b"1")
    objects.write("a/d", b"1")
    objects.delete("a/b/c")
    assert sorted(path.name for path in (tmp_path / "store").rglob("*")) == ["a", "d"]
    objects.delete("a/d")
    assert list((tmp_path / "store").iterdir()) == []


def test_writing_and_deleting_in_one_folder_at_once_goes_well(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    errors = []

    def churn(name: str) -> None:
        try:
            for _ in range(100):
                objects.write(f"a/b/{name}", b"1")
                objects.delete(f"a/b/{name}")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=churn, args=(name,)) for name in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_link_to_nowhere_is_refused_and_not_taken_for_an_object(tmp_path: Path) -> None:
    (tmp_path / "claims").symlink_to(tmp_path / "unmounted" / "disk")
    with pytest.raises(RequestError, match="claims is no folder and cannot be made one"):
        FolderObjects(tmp_path).create("claims/1", b"{}")


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Without root's right to read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_that_may_not_be_read_is_not_an_empty_one() -> None:
    root = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own are below a folder of this user's alone
    try:
        objects = FolderObjects(root)
        objects.write("cell/1/manifest.json", b"{}")
        (root / "cell").chmod(0)
        for prefix in ("", "cell/", "cell/1/"):
            with pytest.raises(RequestError, match=f"cannot list {root / 'cell'}.*: Permission denied"):
                list(objects.list(prefix))
    finally:
        (root / "cell").chmod(0o700)
        shutil.rmtree(root)


def test_what_cannot_be_listed_or_looked_at_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "cell").symlink_to("cell")
    for prefix, action in (("", "read"), ("cell/", "list")):
        with pytest.raises(RequestError, match=f"cannot {action} {tmp_path / 'cell'}: Too many levels"):
            list(FolderObjects(tmp_path).list(prefix))


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, TryAgain), (errno.EIO, TryAgain), (errno.EROFS, RequestError)]
)
def test_a_full_disk_may_be_tried_again_and_a_read_only_one_is_a_wrong_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StageError]
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", refuse)
    store = tmp_path / "store"
    with pytest.raises(kind, match=f"cannot write {store}/a: {os.strerror(number)}"):
        FolderObjects(store).write("a", b"1")
    assert not list(store.iterdir())


def test_there_is_nothing_below_what_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert list(FolderObjects(tmp_path).list("file/x/")) == []
    assert list(FolderObjects(tmp_path).list("nowhere/")) == []


def test_a_key_below_a_file_is_one_line(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    objects.write("a", b"1")
    for write in (objects.write, objects.create):
        with pytest.raises(RequestError, match="cannot write") as caught:
            write("a/b", b"2")
        assert "\n" not in str(caught.value)


def test_a_file_is_not_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RequestError, match="it is a file"):
        open_objects(str(tmp_path / "file"))


@pytest.mark.parametrize("uri", ["", "gs://bucket/prefix", "http://example.org/store"])
def test_only_folders_and_s3_can_be_stores(uri: str) -> None:
    with pytest.raises(RequestError, match=r"give a folder or s3://bucket/prefix"):
        open_objects(uri)


def test_a_folder_store_costs_no_boto3_and_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from fer.store import open_store; list(open_store(sys.argv[1]).manifests('cell'))\n"
        "heavy = {'boto3', 'botocore', 'torch', 'numpy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
