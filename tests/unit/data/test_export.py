"""What is exported reads back with the same pixels and labels, and a target appears whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from fer.data.dataset import EXPRESSIONS, Dataset, Split
from fer.data.drawn import draw_dataset
from fer.data.export import export_csv, export_folders
from fer.errors import RequestError
from fer.study import DrawnSpec
from tests.unit.data.samples import picture, read


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return draw_dataset(DrawnSpec(train=60, validation=20, test=12, seed=1))


def test_class_folders_read_back_identically(dataset: Dataset, tmp_path: Path) -> None:
    export_folders(dataset.splits, dataset.classes, tmp_path / "out")
    back = read(tmp_path / "out")
    assert back.classes == EXPRESSIONS
    assert back.notes == ()
    for name, split in dataset.splits.items():
        order = np.argsort(split.labels, kind="stable")  # folders are read class by class
        assert np.array_equal(back.splits[name].images, split.images[order])
        assert np.array_equal(back.splits[name].labels, split.labels[order])
    assert len(list((tmp_path / "out" / "test" / "happiness").glob("??.png"))) == (dataset.test.labels == 3).sum()


def test_the_csv_reads_back_identically(dataset: Dataset, tmp_path: Path) -> None:
    export_csv(dataset.splits, dataset.classes, tmp_path / "out.csv")
    back = read(tmp_path / "out.csv")
    for name, split in dataset.splits.items():
        assert np.array_equal(back.splits[name].images, split.images)
        assert np.array_equal(back.splits[name].labels, split.labels)
    first = (tmp_path / "out.csv").read_text().splitlines()[:2]
    assert first[0] == "emotion,pixels,Usage"
    assert first[1].startswith(f"{dataset.train.labels[0]},{dataset.train.images[0, 0, 0]} ")


def test_an_existing_target_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for export in (export_folders, export_csv):
        with pytest.raises(RequestError, match="exists already"):
            export(dataset.splits, dataset.classes, tmp_path / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]


@pytest.mark.parametrize("name", ["", ".", "..", "file/out", "file/out/deeper", "x" * 300, "~nosuch/out"])
def test_a_place_where_nothing_can_be_written_is_one_line(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").write_text("")
    monkeypatch.chdir(tmp_path / "work")
    for export in (export_folders, export_csv):
        with pytest.raises(RequestError, match=r"^\S") as caught:
            export(dataset.splits, dataset.classes, Path(name))
        assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["work", "file"]


def test_an_empty_folder_may_be_the_target(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export_folders(dataset.splits, dataset.classes, tmp_path / "out")
    assert (tmp_path / "out" / "train").is_dir()


def test_an_export_that_fails_leaves_nothing(dataset: Dataset, tmp_path: Path) -> None:
    broken = Split(dataset.test.images, dataset.test.labels[:-1])  # noticed after eleven images
    for export in (export_folders, export_csv):
        with pytest.raises(ValueError, match="zip"):
            export({"train": broken}, dataset.classes, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_synthetic_set_has_one_split_of_its_own_name_as_folders_only(tmp_path: Path) -> None:
    split = {"synthetic": Split(np.stack([picture(0)]), np.array([2]))}
    export_folders(split, EXPRESSIONS, tmp_path / "out")
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png")] == ["out/synthetic/fear/0.png"]
    with pytest.raises(RequestError, match="no split synthetic"):
        export_csv(split, EXPRESSIONS, tmp_path / "out.csv")


def test_foreign_classes_have_no_csv(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="export as folders instead"):
        export_csv(dataset.splits, ("a", "b"), tmp_path / "out.csv")


def test_a_class_name_that_leads_elsewhere_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be a folder's name"):
        export_folders(dataset.splits, ("a/../../b", *EXPRESSIONS[1:]), tmp_path / "out")
