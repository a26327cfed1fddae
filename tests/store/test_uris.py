"""A file or folder is brought here from wherever its URI says."""

from pathlib import Path

import pytest

from fer.errors import RequestError
from fer.store import fetch_uri, open_objects
from tests.store.publishing import contents


def test_a_local_path_is_returned_as_it_is(made: Path, tmp_path: Path) -> None:
    assert fetch_uri(str(made), tmp_path / "into") == made
    assert fetch_uri(str(made / "images.npz"), tmp_path / "into") == made / "images.npz"
    assert not (tmp_path / "into").exists()


def test_an_object_on_s3_comes_as_a_file(s3_uri: str, tmp_path: Path) -> None:
    open_objects(s3_uri).write("data/fer.zip", b"zip")
    path = fetch_uri(f"{s3_uri}/data/fer.zip", tmp_path / "into")
    assert path == tmp_path / "into" / "fer.zip"
    assert path.read_bytes() == b"zip"


def test_a_prefix_on_s3_comes_as_a_folder(s3_uri: str, tmp_path: Path) -> None:
    objects = open_objects(s3_uri)
    for key in ("faces/happy/1.png", "faces/sad/2.png", "faces-of-others/3.png"):
        objects.write(key, key.encode())
    path = fetch_uri(f"{s3_uri}/faces/", tmp_path / "into")
    assert path == tmp_path / "into" / "faces"
    assert contents(path) == {"happy/1.png": b"faces/happy/1.png", "sad/2.png": b"faces/sad/2.png"}


def test_a_place_that_cannot_be_written_to_is_named(s3_uri: str, tmp_path: Path) -> None:
    open_objects(s3_uri).write("data/fer.zip", b"zip")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RequestError, match=f"cannot write {tmp_path / 'file' / 'fer.zip'}"):
        fetch_uri(f"{s3_uri}/data/fer.zip", tmp_path / "file")


def test_where_there_is_nothing_the_uri_is_named(s3_uri: str, tmp_path: Path) -> None:
    for uri in (f"{s3_uri}/nothing", str(tmp_path / "nothing"), "http://example.org/fer.zip", "s3://tests"):
        with pytest.raises(RequestError, match=uri) as caught:
            fetch_uri(uri, tmp_path / "into")
        assert "\n" not in str(caught.value)
