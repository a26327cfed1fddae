from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.errors import RequestError
from fer.generators.artifact import load_labelled, read_description
from fer.generators.generate import generate_block
from fer.generators.registry import get_generator
from tests.unit.generators.helpers import ONE_THREAD, bright_and_dark, work_at

CLASSES = ("dark", "bright")
FULL = {"dark": 60, "bright": 30}


def write_images(folder: Path, counts: dict[str, int]) -> Path:
    """Class folders of different grey images."""
    value = 0
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            value += 1
            Image.new("L", (48, 48), value).save(folder / name / f"{number}.png")
    return folder


def read(tmp_path: Path, source: Path) -> Path:
    images, labels = bright_and_dark(4)
    work = work_at(tmp_path / "read")
    get_generator(f"folder:{source}").train(
        images, labels, CLASSES, kimg=1, options={}, seed=0, numerics=ONE_THREAD, judge=None, work=work
    )
    return work.folder


def hand_out(tmp_path: Path, source: Path, size: int, volume: int = 1) -> tuple[np.ndarray, np.ndarray]:
    work = work_at(tmp_path / f"volume-{volume}")
    generate_block(
        f"folder:{source}", [read(tmp_path, source)], CLASSES, (2, 1),
        volume=volume, size=size, seed=0, sampling={}, numerics=ONE_THREAD, work=work,
    )  # fmt: skip
    return load_labelled(work.folder / "samples.npz")


def test_each_image_is_handed_out_at_most_once_over_all_volumes(tmp_path: Path) -> None:
    source = write_images(tmp_path / "mine", FULL)
    parts = [hand_out(tmp_path, source, size=45, volume=volume) for volume in (1, 2)]
    values = np.concatenate([images[:, 0, 0] for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    assert sorted(values[labels == 0].tolist()) == list(range(1, 61))
    assert sorted(values[labels == 1].tolist()) == list(range(61, 91))


def test_a_class_with_too_few_images_makes_its_blocks_smaller_and_no_other_classes(tmp_path: Path) -> None:
    source = write_images(tmp_path / "mine", {"dark": 60, "bright": 12})
    parts = [hand_out(tmp_path, source, size=30, volume=volume) for volume in (1, 2, 3)]
    assert [np.bincount(labels, minlength=2).tolist() for _, labels in parts] == [[20, 10], [20, 2], [20, 0]]
    assert len(np.unique(np.concatenate([images[:, 0, 0] for images, _ in parts]))) == 72


def test_a_smaller_block_holds_what_a_whole_one_would(tmp_path: Path) -> None:
    images, labels = hand_out(tmp_path, write_images(tmp_path / "mine", {"dark": 60, "bright": 9}), size=30)
    whole_images, whole_labels = hand_out(tmp_path / "1", write_images(tmp_path / "1" / "mine", FULL), size=30)
    assert np.array_equal(images[labels == 0], whole_images[whole_labels == 0])


def test_a_block_for_which_no_image_is_left_is_refused(tmp_path: Path) -> None:
    source = write_images(tmp_path / "mine", {"dark": 20, "bright": 9})
    with pytest.raises(RequestError, match="holds 29 images, and none is left for volume 2; add images"):
        hand_out(tmp_path, source, size=30, volume=2)


def test_a_missing_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="class 'bright' has no folder"):
        read(tmp_path, write_images(tmp_path / "mine", {"dark": 3}))


def test_an_unknown_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="unknown label 'brigth'; did you mean bright"):
        read(tmp_path, write_images(tmp_path / "mine", {"dark": 3, "bright": 3, "brigth": 3}))


def test_what_was_read_is_described_and_shown(tmp_path: Path) -> None:
    folder = read(tmp_path, write_images(tmp_path / "mine", {"dark": 3, "bright": 2}))
    assert read_description(folder)["images"] == {"dark": 3, "bright": 2}
    assert (folder / "sheets" / "images.png").is_file()
