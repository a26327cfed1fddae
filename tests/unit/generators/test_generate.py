import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer.errors import RequestError, Stopped
from fer.generators.artifact import load_labelled
from fer.generators.cgan.entry import CGAN_48
from fer.generators.generate import generate_block
from fer.runtime.signals import StopFlag
from tests.unit.generators.helpers import ONE_THREAD, SMALL, StopAfter, bright_and_dark, brightness_judge, work_at

CLASSES = ("dark", "bright")
COUNTS = (70, 30)


def train(folder: Path, only: int | None = None) -> Path:
    """A barely trained cGAN: joint, or of one class."""
    images, labels = bright_and_dark(64)
    chosen = np.ones(64, bool) if only is None else labels == only
    names = CLASSES if only is None else (CLASSES[only],)
    work = work_at(folder)
    seen = labels[chosen] if only is None else np.zeros(chosen.sum(), np.int64)
    options = {**SMALL, "generator_learning_rate": 1e-2, "sheet_kimg": 100.0}
    CGAN_48.train(
        images[chosen],
        seen,
        names,
        kimg=1.0,
        options=options,
        seed=0,
        numerics=ONE_THREAD,
        judge=brightness_judge(None if only is None else CLASSES[only]),
        work=work,
    )
    return work.folder


@pytest.fixture(scope="module", params=["joint", "separate"])
def networks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("networks")
    if request.param == "joint":
        return [train(folder)]
    return [train(folder / name, only=label) for label, name in enumerate(CLASSES)]


def generate(
    folder: Path, networks: list[Path], size: int, volume: int = 1, seed: int = 0, stop: StopFlag | None = None
) -> tuple[np.ndarray, np.ndarray]:
    work = work_at(folder, stop)
    generate_block(
        "cgan-48",
        networks,
        CLASSES,
        COUNTS,
        volume=volume,
        size=size,
        seed=seed,
        sampling={},
        numerics=ONE_THREAD,
        work=work,
    )
    return load_labelled(work.folder / "samples.npz")


def test_labels_follow_the_real_proportions_exactly(tmp_path: Path, networks: list[Path]) -> None:
    images, labels = generate(tmp_path, networks, size=100)
    assert images.shape == (100, 48, 48)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [70, 30]


@pytest.mark.parametrize("fewer", [1, 63, 65, 150])
def test_the_first_samples_do_not_depend_on_how_many_there_are(
    tmp_path: Path, networks: list[Path], fewer: int
) -> None:
    images, labels = generate(tmp_path / "many", networks, size=200)
    first_images, first_labels = generate(tmp_path / "few", networks, size=fewer)
    assert np.array_equal(first_images, images[:fewer])
    assert np.array_equal(first_labels, labels[:fewer])


def test_a_second_volume_continues_the_first(tmp_path: Path, networks: list[Path]) -> None:
    images, labels = generate(tmp_path / "whole", networks, size=200)
    second_images, second_labels = generate(tmp_path / "second", networks, size=100, volume=2)
    assert np.array_equal(second_images, images[100:])
    assert np.array_equal(second_labels, labels[100:])


def test_no_two_samples_are_alike_and_another_seed_gives_others(tmp_path: Path, networks: list[Path]) -> None:
    images, _ = generate(tmp_path / "0", networks, size=100)
    others, _ = generate(tmp_path / "1", networks, size=100, seed=1)
    assert len(np.unique(images.reshape(100, -1), axis=0)) == 100
    assert not np.array_equal(images, others)


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_a_stopped_run_goes_on_where_it_was_and_ends_with_the_same_bits(
    tmp_path: Path, networks: list[Path], batches: int
) -> None:
    whole, _ = generate(tmp_path / "whole", networks, size=300)
    with pytest.raises(Stopped):
        generate(tmp_path / "stopped", networks, size=300, stop=StopAfter(batches))
    assert not (tmp_path / "stopped" / "artifact" / "samples.npz").exists()
    resumed, _ = generate(tmp_path / "stopped", networks, size=300)
    assert np.array_equal(resumed, whole)


def test_samples_come_with_their_description_and_a_sheet(tmp_path: Path, networks: list[Path]) -> None:
    generate(tmp_path, networks, size=100, volume=2)
    described = json.loads((tmp_path / "artifact" / "synthetic.json").read_text())
    assert described["images"] == {"dark": 70, "bright": 30}
    assert described["first"] == 100
    assert [network["model"] for network in described["networks"]] == ["cgan-48"] * len(networks)
    assert (tmp_path / "artifact" / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_twin_networks_of_two_classes_do_not_share_their_samples_noise(tmp_path: Path) -> None:
    dark = train(tmp_path / "dark", only=0)
    bright = Path(shutil.copytree(dark, tmp_path / "bright"))
    described = json.loads((bright / "generator.json").read_text())
    (bright / "generator.json").write_text(json.dumps({**described, "classes": ["bright"]}))
    images, labels = generate(tmp_path / "samples", [dark, bright], size=100)
    ours = {image.tobytes() for image in images[labels == 0]}
    assert not ours & {image.tobytes() for image in images[labels == 1]}


def test_a_class_without_a_network_is_an_error(tmp_path: Path) -> None:
    only_dark = train(tmp_path / "network", only=0)
    with pytest.raises(RequestError, match="the trained networks are for dark; needed is one for all of dark, bright"):
        generate(tmp_path, [only_dark], size=10)
