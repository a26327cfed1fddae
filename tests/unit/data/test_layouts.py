"""Every layout of class folders is read, as a folder and as a zip archive alike."""

from pathlib import Path

import numpy as np
import pytest

from fer.data.dataset import EXPRESSIONS, Dataset
from fer.data.images import read_image_folder
from tests.unit.data.samples import (
    KAGGLE_FOLDERS,
    encoded,
    kaggle_files,
    numbered,
    picture,
    read,
    write_folder,
    write_zip,
)


def same(one: Dataset, other: Dataset) -> bool:
    return one.classes == other.classes and all(
        np.array_equal(a.images, b.images) and np.array_equal(a.labels, b.labels)
        for a, b in zip(one.splits.values(), other.splits.values(), strict=True)
    )


def foreign_files(count: int = 20) -> dict[str, bytes]:
    return numbered(f"{name}/{n:03}.png" for name in ("zebra", "Ant", "bee") for n in range(count))


def test_kaggle_file_names_decide_between_validation_and_test(tmp_path: Path) -> None:
    files = kaggle_files()
    dataset = read(write_folder(files, tmp_path / "kaggle"))
    assert [len(split) for split in dataset.splits.values()] == [14, 7, 7]
    places = list(files)
    public = picture(places.index("test/happy/PublicTest_1.png"))
    assert np.array_equal(dataset.validation.images[EXPRESSIONS.index("happiness")], public)


def test_kaggle_folders_get_the_canonical_names_and_order(tmp_path: Path) -> None:
    dataset = read(write_folder(kaggle_files(), tmp_path / "kaggle"))
    assert dataset.classes == EXPRESSIONS
    sad = picture(list(kaggle_files()).index("train/sad/Training_2.png"))
    assert np.array_equal(dataset.train.images[dataset.train.labels == EXPRESSIONS.index("sadness")][1], sad)


def test_a_zip_reads_like_its_folder_whatever_wraps_it_and_however_it_is_ordered(tmp_path: Path) -> None:
    folder = read(write_folder(kaggle_files(), tmp_path / "kaggle"))
    shuffled = {f"archive/fer2013/{name}": data for name, data in reversed(kaggle_files().items())}
    assert same(folder, read(write_zip(shuffled, tmp_path / "kaggle.zip")))


def test_train_validation_and_test_folders_are_kept(tmp_path: Path) -> None:
    names = [f"{split}/{name}/1.png" for split in ("Training", "val", "test") for name in ("b", "a")]
    dataset = read(write_folder(numbered(names), tmp_path / "set"))
    assert dataset.classes == ("a", "b")
    assert np.array_equal(dataset.validation.images, [picture(3), picture(2)])
    assert dataset.notes == ()


def test_without_validation_a_tenth_of_each_class_of_train_becomes_it(tmp_path: Path) -> None:
    names = [f"train/{name}/{n}.png" for name in "ab" for n in range(30)] + ["test/a/1.png", "test/b/1.png"]
    dataset = read(write_folder(numbered(names), tmp_path / "set"))
    assert [len(split) for split in dataset.splits.values()] == [54, 6, 2]
    assert np.bincount(dataset.validation.labels).tolist() == [3, 3]
    assert "validation is 10%" in dataset.notes[0]


def test_without_splits_a_tenth_of_each_class_becomes_test_and_another_validation(tmp_path: Path) -> None:
    dataset = read(write_folder(foreign_files(), tmp_path / "set"))
    assert [np.bincount(split.labels).tolist() for split in dataset.splits.values()] == [[16] * 3, [2] * 3, [2] * 3]
    everything = np.concatenate([split.images for split in dataset.splits.values()])
    assert len(np.unique(everything.reshape(60, -1), axis=0)) == 60


def test_splits_do_not_depend_on_file_names_or_their_order(tmp_path: Path) -> None:
    files = foreign_files()
    renamed = {name.replace("/", f"/{index * 7 % 61:02}-"): data for index, (name, data) in enumerate(files.items())}
    one, other = read(write_folder(files, tmp_path / "one")), read(write_zip(renamed, tmp_path / "other.zip"))
    for name, split in one.splits.items():
        assert {image.tobytes() for image in split.images} == {image.tobytes() for image in other.splits[name].images}


def test_identical_images_of_a_class_stay_in_one_split(tmp_path: Path) -> None:
    copies = {f"a/{n}.png": encoded(picture(n // 3)) for n in range(60)} | numbered(
        f"b/{n}.png" for n in range(60, 120)
    )
    assert not read(write_folder(copies, tmp_path / "set")).test_leaked.any()


def test_foreign_classes_keep_their_own_sorted_names(tmp_path: Path) -> None:
    assert read(write_folder(foreign_files(), tmp_path / "set")).classes == ("Ant", "bee", "zebra")


def test_six_of_the_seven_expressions_are_a_foreign_data_set(tmp_path: Path) -> None:
    names = [f"{folder}/{n}.png" for folder in KAGGLE_FOLDERS if folder != "disgust" for n in range(3)]
    assert "angry" in read(write_folder(numbered(names), tmp_path / "set")).classes


def test_colour_images_of_any_size_become_48_pixels_grey(tmp_path: Path) -> None:
    red = np.zeros((100, 60, 3), np.uint8)
    red[..., 0] = 200
    files = {f"{name}/{n}.jpg": encoded(red, "JPEG", quality=95) for name in "ab" for n in range(1)}
    files |= numbered(f"{name}/{n}.png" for name in "ab" for n in range(1, 4))
    dataset = read(write_folder(files, tmp_path / "set"))
    everything = np.concatenate([split.images for split in dataset.splits.values()])
    flat = [image for image in everything if np.ptp(image) <= 2]
    assert everything.shape[1:] == (48, 48)
    assert len(flat) == 2
    assert abs(int(flat[0].mean()) - 0.299 * 200) < 3


def test_what_is_ignored_is_said(tmp_path: Path) -> None:
    extra = {
        "README.md": b"words",
        "Ant/notes.txt": b"x",
        "__MACOSX/Ant/._000.png": b"x",
        ".DS_Store": b"x",
        "l.csv": b"x",
    }
    dataset = read(write_zip(foreign_files() | extra, tmp_path / "set.zip"))
    assert sum(map(len, dataset.splits.values())) == 60
    assert dataset.notes[0].startswith("ignored 5 files that are not images: ")
    assert "Ant/notes.txt" in dataset.notes[0]


def test_links_in_a_folder_are_followed(tmp_path: Path) -> None:
    real = write_folder(foreign_files(), tmp_path / "real")
    linked = tmp_path / "linked"
    linked.mkdir()
    for folder in real.iterdir():
        (linked / folder.name).symlink_to(folder)
    assert same(read(real), read(linked))


@pytest.mark.parametrize("wrapper", ["", "synthetic/", "a/b/", "train/"])
def test_an_image_folder_is_read_without_splits_whatever_wraps_it(tmp_path: Path, wrapper: str) -> None:
    files = {wrapper + name: data for name, data in numbered(["happy/1.png", "sad/1.png", "happy/0.png"]).items()}
    found = read_image_folder(write_folder(files, tmp_path / "set"))
    assert found.classes == ("happy", "sad")
    assert found.labels.tolist() == [0, 0, 1]
    assert np.array_equal(found.images, [picture(2), picture(0), picture(1)])


def test_an_image_folder_takes_its_labels_from_given_classes(tmp_path: Path) -> None:
    folder = write_folder(numbered(f"{name}/1.png" for name in KAGGLE_FOLDERS), tmp_path / "set")
    found = read_image_folder(folder, EXPRESSIONS)
    assert found.labels.tolist() == list(range(7))
    assert np.array_equal(found.images[EXPRESSIONS.index("neutral")], picture(KAGGLE_FOLDERS.index("neutral")))
