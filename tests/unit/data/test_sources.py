"""A source is known by its content, may lie in a store, and is kept with its audit."""

import json
from pathlib import Path

import numpy as np
import pytest

from fer.data.audit import audit, format_audit
from fer.data.dataset import Split, load_dataset, make_dataset, save_dataset
from fer.data.source import fingerprint, read_source
from fer.store import open_objects
from fer.study import DrawnSpec
from tests.unit.data.samples import encoded, kaggle_files, picture, read, table, write_folder, write_zip

DRAWN = DrawnSpec()


def print_of(path: Path) -> str:
    return fingerprint(str(path), DRAWN)


def test_the_fingerprint_is_that_of_the_content_however_it_is_packed(tmp_path: Path) -> None:
    files = kaggle_files()
    folder = print_of(write_folder(files, tmp_path / "a"))
    assert folder == print_of(write_folder(dict(reversed(files.items())), tmp_path / "elsewhere"))
    assert folder == print_of(write_zip({f"fer/{name}": data for name, data in files.items()}, tmp_path / "b.zip"))
    assert folder == print_of(write_folder(files | {"README": b"ignored"}, tmp_path / "c"))


def test_the_fingerprint_changes_with_a_pixel_a_label_or_a_missing_file(tmp_path: Path) -> None:
    files = kaggle_files()
    name = "train/sad/Training_1.png"
    moved = {key if key != name else "train/fear/Training_9.png": data for key, data in files.items()}
    fewer = {key: data for key, data in files.items() if key != name}
    versions = [files, files | {name: encoded(picture(999))}, moved, fewer]
    prints = [print_of(write_folder(version, tmp_path / str(n))) for n, version in enumerate(versions)]
    assert len(set(prints)) == len(prints)


def test_a_table_has_the_fingerprint_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(table())
    zipped = write_zip({"data/other.csv": table().encode()}, tmp_path / "z.zip")
    assert print_of(tmp_path / "one.csv") == print_of(zipped)
    (tmp_path / "two.csv").write_text(table() + "\n")
    assert print_of(tmp_path / "one.csv") != print_of(tmp_path / "two.csv")


def test_drawn_faces_have_the_fingerprint_of_their_request() -> None:
    assert fingerprint("drawn", DRAWN) == fingerprint("drawn", DrawnSpec())
    assert fingerprint("drawn", DRAWN) != fingerprint("drawn", DrawnSpec(seed=1))


@pytest.mark.slow
def test_a_source_in_an_s3_store_reads_like_the_local_one(s3_uri: str, tmp_path: Path) -> None:
    folder = write_folder(kaggle_files(), tmp_path / "set")
    packed = write_zip(kaggle_files(), tmp_path / "set.zip")
    objects = open_objects(s3_uri)
    for name, data in kaggle_files().items():
        objects.write(f"set/{name}", data)
    objects.upload("set.zip", packed)
    for uri in (f"{s3_uri}/set", f"{s3_uri}/set.zip"):
        (tmp_path / "scratch").mkdir(exist_ok=True)
        dataset = read_source(uri, tmp_path / "scratch", DRAWN)
        assert np.array_equal(dataset.train.images, read(folder).train.images)
        assert fingerprint(uri, DRAWN) == print_of(folder)


def test_a_saved_data_set_loads_with_its_bits_and_its_audit(tmp_path: Path) -> None:
    dataset = read(write_folder(kaggle_files() | {"README": b"x"}, tmp_path / "set"))
    (tmp_path / "out").mkdir()
    save_dataset(dataset, audit(dataset), tmp_path / "out")
    loaded = load_dataset(tmp_path / "out")
    assert loaded.classes == dataset.classes
    assert loaded.notes == dataset.notes == ("ignored 1 files that are not images: README",)
    for name, split in dataset.splits.items():
        assert np.array_equal(loaded.splits[name].images, split.images)
        assert loaded.splits[name].labels.dtype == np.int64
    assert json.loads((tmp_path / "out" / "audit.json").read_text()) == audit(dataset)


def test_the_audit_counts_repeated_conflicting_and_empty_images() -> None:
    grey = np.full((48, 48), 7, np.uint8)
    p = [picture(n) for n in range(8)]
    dataset = make_dataset(
        ("a", "b"),
        {
            "train": Split(np.stack([p[0], p[0], p[1], p[2], grey]), np.array([0, 1, 0, 1, 0])),
            "validation": Split(np.stack([p[1], p[3]]), np.array([0, 1])),
            "test": Split(np.stack([p[2], p[3], p[4], p[0], p[5], p[5]]), np.array([0, 1, 0, 1, 0, 1])),
        },
        where="here",
    )
    found = audit(dataset)
    assert dataset.test_leaked.tolist() == [True, True, False, True, False, False]
    assert found["occurs_also"] == {"test_in_train": 2, "validation_in_train": 1, "test_in_train_or_validation": 3}
    assert found["test_leak_free"] == 3
    assert found["identical"] == {
        "groups": 5,
        "images": 11,
        "conflicting_groups": 3,
        "conflicting_groups_in_train": 1,
    }
    assert found["single_valued"] == 1
    assert "3 test images occur in train or validation too" in format_audit(found)
