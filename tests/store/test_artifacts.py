"""Publishing and reading artifacts: first wins, files never mix, nothing damaged is ever used."""

import json
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from fer.errors import RequestError, TryAgain
from fer.store import Manifest, MissingArtifact, Store, open_store
from tests.store.publishing import DIGEST, RECIPE, contents, publish

Damage = Callable[[dict[str, Any]], object]


def test_a_published_artifact_is_fetched_file_for_file(store: Store, made: Path) -> None:
    assert not store.exists("dataset", DIGEST)
    publish(store, made)
    assert store.exists("dataset", DIGEST)
    assert contents(store.fetch("dataset", DIGEST)) == contents(made)


def test_the_manifest_says_what_was_made_from_what_by_what_and_where(store: Store, made: Path) -> None:
    publish(store, made)
    manifest = store.manifest("dataset", DIGEST)
    assert manifest is not None
    assert manifest.recipe == RECIPE
    assert set(manifest.files) == {"images.npz", "sheets/0.png"}
    assert manifest.files["images.npz"].size == 256 * 40
    assert manifest.code_version.startswith(version("fer"))
    assert manifest.libraries["python"] == platform.python_version()
    assert manifest.libraries["torch"] == version("torch")
    assert "Linux" in manifest.machine
    assert (manifest.device, manifest.wall_seconds, manifest.device_seconds) == ("cpu", 1.5, 0.5)
    assert abs(manifest.created - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_manifest_from_before_versions_of_libraries_were_kept_is_read(store: Store, made: Path) -> None:
    written = publish(store, made).model_dump(mode="json")
    del written["libraries"]
    assert Manifest.from_bytes(json.dumps(written).encode(), "here").libraries == {}


def test_what_was_never_published_is_missing(store: Store) -> None:
    assert store.manifest("dataset", "0") is None
    with pytest.raises(MissingArtifact, match="holds no dataset 0"):
        store.fetch("dataset", "0")


def test_files_without_a_manifest_are_no_artifact(store: Store) -> None:
    store.objects.write(f"dataset/{DIGEST}/attempt/images.npz", b"x")
    assert not store.exists("dataset", DIGEST)
    assert list(store.manifests("dataset")) == []


def test_publishing_again_returns_the_first_manifest_and_writes_nothing(store: Store, made: Path) -> None:
    first = publish(store, made)
    before = {info.key for info in store.objects.list()}
    (made / "images.npz").write_bytes(b"other")
    assert publish(store, made) == first
    assert {info.key for info in store.objects.list()} == before


def test_writers_with_different_bytes_at_once_leave_one_of_them_whole(store: Store, tmp_path: Path) -> None:
    writers = 6
    folders = []
    for number in range(writers):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("a", "b", "c"):
            (folder / name).write_bytes(f"{name} of writer {number}".encode())
        folders.append(folder)
    start = Barrier(writers)

    def write(folder: Path) -> str:
        start.wait()
        return publish(store, folder).attempt

    with ThreadPoolExecutor(writers) as pool:
        (attempt,) = set(pool.map(write, folders))
    assert contents(store.fetch("dataset", DIGEST)) in [contents(folder) for folder in folders]
    kept = {info.key for info in store.objects.list()}
    assert kept == {f"dataset/{DIGEST}/manifest.json", *(f"dataset/{DIGEST}/{attempt}/{name}" for name in "abc")}


def test_a_publication_that_fails_halfway_leaves_nothing(store: Store, made: Path) -> None:
    (made / "a.txt").write_text("uploaded first")
    (made / "z.txt").write_text("uploaded last")
    upload = store.objects.upload

    def broken(key: str, path: Path) -> None:
        if path.name == "z.txt":
            raise TryAgain("the disk is full")
        upload(key, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.objects, "upload", broken)
        with pytest.raises(TryAgain, match="the disk is full"):
            publish(store, made)
    assert not list(store.objects.list())


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer.store.store._PAUSES", (0.0, 0.0))


@pytest.mark.usefixtures("_no_pauses")
def test_a_place_that_can_neither_be_written_nor_read_is_named_and_nothing_is_left(tmp_path: Path, made: Path) -> None:
    (tmp_path / "store" / "dataset" / DIGEST / "manifest.json").mkdir(parents=True)
    (tmp_path / "store" / "choices" / "x.json").mkdir(parents=True)
    store = open_store(str(tmp_path / "store"))
    expected = rf"^dataset/{DIGEST}/manifest\.json in .* can neither be written nor read; remove what is there$"
    with pytest.raises(RequestError, match=expected):
        publish(store, made)
    assert list(store.objects.list()) == []
    with pytest.raises(RequestError, match=r"^choices/x\.json in .* can neither be written nor read"):
        store.choose("x", {})


@pytest.mark.usefixtures("_no_pauses")
def test_an_artifact_is_published_where_another_one_was_set_aside_in_between(store: Store, made: Path) -> None:
    answers = iter([False, True])
    create = store.objects.create

    def late(key: str, data: bytes) -> bool:
        return next(answers) and create(key, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.objects, "create", late)
        manifest = publish(store, made)
    assert store.manifest("dataset", DIGEST) == manifest


def test_an_empty_folder_is_not_published(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no file"):
        publish(store, tmp_path / "empty")
    assert not store.exists("dataset", DIGEST)


def test_a_file_cut_short_is_named(store: Store, made: Path) -> None:
    manifest = publish(store, made)
    key = f"{manifest.folder}/images.npz"
    store.objects.write(key, store.objects.read(key)[:-100])
    with pytest.raises(RequestError, match=r"images\.npz in .* has 10140 bytes where the manifest says 10240"):
        store.fetch("dataset", DIGEST)


def test_a_flipped_byte_is_noticed_and_the_file_named(store: Store, made: Path) -> None:
    manifest = publish(store, made)
    key = f"{manifest.folder}/sheets/0.png"
    data = bytearray(store.objects.read(key))
    data[7] ^= 1
    store.objects.write(key, bytes(data))
    with pytest.raises(RequestError, match=r"sheets/0\.png in .* has other bytes"):
        store.fetch("dataset", DIGEST)


def test_a_lost_file_is_named(store: Store, made: Path) -> None:
    manifest = publish(store, made)
    store.objects.delete(f"{manifest.folder}/images.npz")
    with pytest.raises(RequestError, match=r"images\.npz in .* is missing"):
        store.fetch("dataset", DIGEST)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda fields: fields | {"extra": 1}, "extra: Extra inputs"),
        (lambda fields: fields | {"files": {"../../beside": fields["files"]["images.npz"]}}, "unsafe name"),
        (lambda fields: fields | {"attempt": "../../.."}, "attempt"),
        (lambda fields: fields | {"digest": "other"}, "is the manifest of dataset/other"),
        (lambda _: "half a manif", "is not a valid manifest"),
    ],
)
def test_a_damaged_manifest_is_an_error_that_names_it(store: Store, made: Path, damage: Damage, complaint: str) -> None:
    publish(store, made)
    key = f"dataset/{DIGEST}/manifest.json"
    store.objects.write(key, json.dumps(damage(json.loads(store.objects.read(key)))).encode())
    with pytest.raises(RequestError, match=complaint) as caught:
        store.fetch("dataset", DIGEST)
    assert key in str(caught.value)
    assert "\n" not in str(caught.value)


def test_manifests_lists_the_artifacts_of_one_kind(store: Store, made: Path) -> None:
    for kind, digest in (("dataset", "1"), ("cell", "2"), ("cell", "3"), ("cells", "4")):
        publish(store, made, kind, digest)
    with store.claimed("5", "a claim"):
        store.checkpoints("5").save(1, {"manifest.json": b"{}"})
    assert [manifest.digest for manifest in store.manifests("cell")] == ["2", "3"]


@pytest.mark.parametrize(
    ("kind", "digest"), [("claims", "1"), ("a/b", "1"), ("dataset", "1/2"), ("..", "1"), ("dataset", "")]
)
def test_only_plain_names_outside_the_reserved_ones_can_be_artifacts(
    store: Store, made: Path, kind: str, digest: str
) -> None:
    with pytest.raises(RequestError):
        publish(store, made, kind, digest)
    assert list(store.objects.list()) == []


def test_an_artifact_set_aside_can_be_made_again_and_loses_no_file(store: Store, made: Path) -> None:
    first = publish(store, made)
    store.objects.write(f"{first.folder}/images.npz", b"broken")
    store.set_aside("dataset", DIGEST)
    assert not store.exists("dataset", DIGEST)
    assert store.objects.read(f"{first.folder}/images.npz") == b"broken"
    (aside,) = store.objects.list(f"aside/dataset/{DIGEST}/")
    assert json.loads(store.objects.read(aside.key))["attempt"] == first.attempt
    second = publish(store, made)
    assert second.attempt != first.attempt
    assert contents(store.fetch("dataset", DIGEST)) == contents(made)


def test_a_missing_artifact_cannot_be_set_aside(store: Store) -> None:
    with pytest.raises(MissingArtifact):
        store.set_aside("dataset", "0")
