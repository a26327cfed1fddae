import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fer.errors import RequestError, Stopped
from fer.generators.artifact import read_description
from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.entry import CGAN_48
from fer.generators.cgan.networks import build_networks
from fer.generators.cgan.step import Trainer
from fer.runtime.device import Numerics
from fer.runtime.signals import StopFlag
from tests.tables import numbers_of, rows_of
from tests.unit.generators.helpers import ONE_THREAD, SMALL, StopAfter, bright_and_dark, brightness_judge, work_at

CLASSES = ("dark", "bright")


def train(
    folder: Path, kimg: float = 0.4, stop: StopFlag | None = None, numerics: Numerics = ONE_THREAD, **options: Any
) -> Path:
    images, labels = bright_and_dark(100)
    work = work_at(folder, stop)
    CGAN_48.train(
        images,
        labels,
        CLASSES,
        kimg=kimg,
        options={**SMALL, **options},
        seed=1,
        numerics=numerics,
        judge=brightness_judge(),
        work=work,
    )
    return work.folder


def same_weights(first: Path, second: Path) -> bool:
    ours, theirs = (load_file(folder / "weights.safetensors") for folder in (first, second))
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_images_and_labels_go_through_both_networks_at_48_pixels() -> None:
    generator, discriminator = build_networks(CganOptions(), 7, seed=0, device=torch.device("cpu"))
    labels = torch.tensor([0, 3, 6])
    images = generator(torch.randn(3, CganOptions().noise_size), labels)
    assert images.shape == (3, 1, 48, 48)
    assert images.abs().max() <= 1
    assert discriminator(images, labels).shape == (3,)


def test_the_label_changes_what_both_networks_say() -> None:
    generator, discriminator = build_networks(CganOptions(), 7, seed=0, device=torch.device("cpu"))
    generator.eval()
    discriminator.eval()
    noise = torch.randn(1, CganOptions().noise_size)
    assert not torch.equal(generator(noise, torch.tensor([0])), generator(noise, torch.tensor([1])))
    image = torch.rand(1, 1, 48, 48)
    assert discriminator(image, torch.tensor([0])) != discriminator(image, torch.tensor([1]))


@pytest.mark.slow
def test_it_learns_which_label_means_what(tmp_path: Path) -> None:
    folder = train(tmp_path, kimg=4, ema_kimg=0.2, generator_learning_rate=5e-3, discriminator_learning_rate=1e-3)
    labels = np.repeat([0, 1], 32)
    made = CGAN_48.load(folder, CLASSES, {}, ONE_THREAD).sample(labels, np.arange(64), seed=0)
    dark, bright = made[:32].mean(), made[32:].mean()
    assert abs(dark - 50) < 50
    assert abs(bright - 200) < 50


def test_a_run_stopped_three_times_ends_with_the_same_bits_as_one_that_was_not(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", kimg=1.2)
    for steps in (0, 20, 30):
        with pytest.raises(Stopped):
            train(tmp_path / "stopped", kimg=1.2, stop=StopAfter(steps))
        assert not (tmp_path / "stopped" / "artifact" / "generator.json").exists()
    resumed = train(tmp_path / "stopped", kimg=1.2)
    assert same_weights(whole, resumed)
    assert numbers_of((whole / "history.csv").read_text()) == numbers_of((resumed / "history.csv").read_text())
    sheets = [sorted((folder / "sheets").iterdir()) for folder in (whole, resumed)]
    assert [sheet.read_bytes() for sheet in sheets[0]] == [sheet.read_bytes() for sheet in sheets[1]]


def test_the_precision_and_threads_of_a_checkpoint_win_over_those_of_whoever_goes_on(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole")
    with pytest.raises(Stopped):
        train(tmp_path / "stopped", stop=StopAfter(10))
    resumed = train(tmp_path / "stopped", numerics=Numerics(device="cpu", precision="bf16", threads=2))
    assert same_weights(whole, resumed)
    assert read_description(resumed)["numerics"] == asdict(ONE_THREAD)
    assert torch.get_num_threads() == 1


def test_another_seed_gives_another_network(tmp_path: Path) -> None:
    images, labels = bright_and_dark(100)
    folders = []
    for seed in (0, 1):
        work = work_at(tmp_path / str(seed))
        CGAN_48.train(
            images,
            labels,
            CLASSES,
            kimg=0.1,
            options=SMALL,
            seed=seed,
            numerics=ONE_THREAD,
            judge=brightness_judge(),
            work=work,
        )
        folders.append(work.folder)
    assert not same_weights(*folders)


def test_a_network_of_a_single_class_and_of_a_single_image_trains(tmp_path: Path) -> None:
    images, _ = bright_and_dark(1)
    work = work_at(tmp_path)
    CGAN_48.train(
        images,
        np.zeros(1, np.int64),
        ["dark"],
        kimg=0.1,
        options=SMALL,
        seed=0,
        numerics=ONE_THREAD,
        judge=brightness_judge("dark"),
        work=work,
    )
    assert read_description(work.folder)["classes"] == ["dark"]
    network = CGAN_48.load(work.folder, ["dark"], {}, ONE_THREAD)
    assert network.sample(np.zeros(2, np.int64), np.arange(2), 0).shape == (2, 48, 48)


def test_without_images_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    nothing = np.empty((0, 48, 48), np.uint8), np.empty(0, np.int64)
    with pytest.raises(RequestError, match="there is no image of dark to learn from"):
        CGAN_48.train(
            *nothing,
            ["dark"],
            kimg=1,
            options={},
            seed=0,
            numerics=ONE_THREAD,
            judge=brightness_judge(),
            work=work_at(tmp_path),
        )


def test_a_joint_network_names_the_class_of_which_it_has_no_image(tmp_path: Path) -> None:
    images, labels = bright_and_dark(20)
    with pytest.raises(RequestError, match="there is no image of neither, none to learn from"):
        CGAN_48.train(
            images, labels * 2, ["dark", "neither", "bright", "none"],
            kimg=0.1, options=SMALL, seed=0, numerics=ONE_THREAD, judge=brightness_judge(), work=work_at(tmp_path),
        )  # fmt: skip


def test_the_artifact_tells_what_was_trained(tmp_path: Path) -> None:
    folder = train(tmp_path, kimg=1.2, sheet_kimg=0.6)
    described = read_description(folder)
    assert described["images"] == {"dark": 50, "bright": 50}
    assert described["kimg_shown"] == 1.2
    assert described["diverged"] is None
    assert described["options"] == CganOptions.model_validate({**SMALL, "sheet_kimg": 0.6}).model_dump()
    assert [float(row["kimg"]) for row in rows_of(folder / "history.csv")] == [1.008, 1.2]
    assert sorted(sheet.name for sheet in (folder / "sheets").iterdir()) == ["000000608.png", "000001200.png"]


DESTRUCTIVE: dict[str, Any] = {"generator_learning_rate": 1e30, "discriminator_learning_rate": 1e30}


def test_a_network_that_was_never_good_is_no_generator(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as error:
        train(tmp_path, kimg=5, **DESTRUCTIVE)
    assert re.fullmatch(
        r"generator cgan-48 diverged at 0\.112 kimg, before it had any good weights \(.*no finite number.*\); "
        r"lower generator_learning_rate \(now 1e\+30\) and discriminator_learning_rate \(now 1e\+30\)",
        str(error.value),
    )
    assert list((tmp_path / "artifact").iterdir()) == []


def test_weights_that_are_no_numbers_stop_it_and_the_last_good_ones_are_kept_and_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Stopped):
        train(tmp_path, kimg=5, sheet_kimg=1.0, stop=StopAfter(70))
    folder = train(tmp_path, kimg=5, sheet_kimg=1.0, **DESTRUCTIVE)
    described = read_description(folder)
    assert "no finite number" in described["diverged"]["reason"]
    assert described["diverged"]["weights_of_kimg"] == 1.008
    assert described["kimg_shown"] < 5
    assert all(tensor.isfinite().all() for tensor in load_file(folder / "weights.safetensors").values())
    sheets = sorted((folder / "sheets").iterdir())
    assert sheets[-1].name == "kept.png"
    assert sheets[-1].read_bytes() == (folder / "sheets" / "000001008.png").read_bytes()
    warning = next(record.getMessage() for record in caplog.records if "diverged" in record.getMessage())
    assert "no finite number" in warning
    assert "the weights of 1.008 kimg are kept" in warning


@pytest.mark.parametrize(
    "figures",
    [
        {"generator_loss": 21.0},
        {"discriminator_loss": -21.0},
        {"real_accuracy": 0.999, "fake_accuracy": 0.999},
    ],
)
def test_a_loss_or_a_discriminator_that_is_never_wrong_is_beyond_its_limit(figures: dict[str, float]) -> None:
    trainer = Trainer(CganOptions.model_validate(SMALL), 2, 0, torch.device("cpu"), "fp32")
    sound = dict.fromkeys(trainer.figures, 0.6)
    assert trainer.beyond_limits(sound) is None
    assert trainer.beyond_limits(sound | figures) is not None


def test_a_discriminator_that_is_right_on_real_images_alone_has_not_won() -> None:
    trainer = Trainer(CganOptions.model_validate(SMALL), 2, 0, torch.device("cpu"), "fp32")
    assert trainer.beyond_limits(dict.fromkeys(trainer.figures, 0.6) | {"real_accuracy": 1.0}) is None
