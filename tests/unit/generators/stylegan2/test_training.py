from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from fer.data.dataset import Split
from fer.errors import RequestError, Stopped
from fer.evaluators.judge import Judge
from fer.generators.artifact import read_description
from fer.generators.base import Images, Labels
from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.entry import STYLEGAN2_32, STYLEGAN2_64, STYLEGAN2_64_ADA, StyleGan2Entry
from fer.generators.stylegan2.regularisation import gradient_penalty, path_lengths
from fer.generators.stylegan2.step import PATHS_EVERY, PENALTY_EVERY, Trainer
from fer.runtime.device import Numerics
from tests.tables import numbers_of, rows_of
from tests.unit.generators.helpers import (
    ONE_THREAD,
    BrightnessReader,
    StopAfter,
    bright_and_dark,
    brightness_judge,
    work_at,
)
from tests.unit.generators.stylegan2.helpers import CLASSES, GPU, MINUTE, ON_GPU, train

REDUCED = Numerics(device="cpu", precision="bf16", threads=1)


def same_weights(first: Path, second: Path, name: str = "weights.safetensors") -> bool:
    ours, theirs = load_file(first / name), load_file(second / name)
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.mark.parametrize(
    ("entry", "numerics"),
    [
        (STYLEGAN2_32, ONE_THREAD),
        (STYLEGAN2_64_ADA, ONE_THREAD),
        (STYLEGAN2_32, REDUCED),
        pytest.param(STYLEGAN2_64_ADA, GPU, marks=ON_GPU),
    ],
)
def test_a_run_stopped_three_times_ends_with_the_same_bits_as_one_that_was_not(
    entry: StyleGan2Entry, numerics: Numerics, tmp_path: Path
) -> None:
    # An ADA that moves at once, so that p is well above zero where the run is stopped.
    options: dict[str, Any] = {"ada_kimg": 0.2, "ada_target": -0.9}
    whole = train(entry, tmp_path / "whole", numerics=numerics, **options)
    for steps in (0, 7, 10):
        with pytest.raises(Stopped):
            train(entry, tmp_path / "stopped", numerics=numerics, stop=StopAfter(steps), **options)
    resumed = train(entry, tmp_path / "stopped", numerics=numerics, **options)
    assert same_weights(whole, resumed)
    assert same_weights(whole, resumed, "preferred.safetensors")
    rows = rows_of(whole / "history.csv")
    for name in ("history.csv", "snapshots.csv"):
        assert numbers_of((whole / name).read_text()) == numbers_of((resumed / name).read_text())
    if entry is STYLEGAN2_64_ADA:
        assert float(rows[-1]["augmentation"]) > 0.2


def test_the_artifact_tells_what_was_trained(tmp_path: Path) -> None:
    folder = train(STYLEGAN2_32, tmp_path, kimg=0.24)
    described = read_description(folder)
    assert (described["model"], described["side"], described["kimg_shown"]) == ("stylegan2-32", 32, 0.24)
    assert described["options"] == parse("", MINUTE).model_dump(mode="json")
    assert described["judge"]["samples"] == 40
    assert [float(row["kimg"]) for row in rows_of(folder / "history.csv")] == [0.04, 0.08, 0.12, 0.16, 0.2, 0.24]
    snapshots = rows_of(folder / "snapshots.csv")
    assert [float(row["kimg"]) for row in snapshots] == [0.104, 0.2, 0.24]
    best = min(snapshots, key=lambda row: float(row["frechet"]))
    assert described["judge"]["preferred"]["frechet"] == float(best["frechet"])
    assert described["judge"]["last"]["agreement"] == float(snapshots[-1]["agreement"])
    assert sorted(path.name for path in (folder / "sheets").iterdir()) == [
        "000000104.png",
        "000000200.png",
        "000000240.png",
    ]


def test_samples_depend_on_their_own_number_alone_and_on_how_they_are_made(tmp_path: Path) -> None:
    folder = train(STYLEGAN2_64, tmp_path, kimg=0.1)
    labels, numbers = np.array([0, 1, 1]), np.array([0, 0, 7])
    network = STYLEGAN2_64.load(folder, CLASSES, {}, ONE_THREAD)
    made = network.sample(labels, numbers, seed=3)
    assert made.dtype == np.uint8
    assert made.shape == (3, 48, 48)
    turned = network.sample(labels[::-1].copy(), numbers[::-1].copy(), seed=3)[::-1]
    assert np.abs(made.astype(int) - turned).max() <= 1
    assert not np.array_equal(made, network.sample(labels, numbers, seed=4))
    truncated = STYLEGAN2_64.load(folder, CLASSES, {"truncation": 0.0, "snapshot": "last"}, ONE_THREAD)
    alike = truncated.sample(np.array([1, 1]), np.array([0, 5]), seed=3)
    different = network.sample(np.array([1, 1]), np.array([0, 5]), seed=3)
    assert np.abs(alike[0].astype(int) - alike[1]).mean() < np.abs(different[0].astype(int) - different[1]).mean()


def test_a_network_of_a_single_class_has_no_labels(tmp_path: Path) -> None:
    images, labels = bright_and_dark(50)
    work = work_at(tmp_path)
    own = labels == 1
    STYLEGAN2_32.train(
        images[own], labels[own] * 0, ["bright"], kimg=0.1, options=MINUTE, seed=0, numerics=ONE_THREAD,
        judge=brightness_judge("bright"), work=work,
    )  # fmt: skip
    weights = load_file(work.folder / "weights.safetensors")
    assert not any(name.startswith("mapping.label") for name in weights)
    network = STYLEGAN2_32.load(work.folder, CLASSES, {}, ONE_THREAD)
    assert network.sample(np.ones(2, np.int64), np.arange(2), 0).shape == (2, 48, 48)


LEARNS: dict[str, Any] = {"batch_size": 16, "learning_rate": 0.01, "channel_max": 16, "ema_kimg": 0.2}


@pytest.mark.slow
def test_it_learns_which_label_means_what(tmp_path: Path) -> None:
    folder = train(STYLEGAN2_32, tmp_path, kimg=6, snapshot_kimg=1.0, tick_kimg=0.5, **LEARNS)
    described = read_description(folder)
    assert described["judge"]["preferred"]["label_fault"] is None
    assert described["judge"]["preferred"]["agreement"] > 0.9
    made = STYLEGAN2_32.load(folder, CLASSES, {}, ONE_THREAD).sample(np.repeat([0, 1], 32), np.arange(64), seed=0)
    assert made[:32].mean() < 100 < 150 < made[32:].mean()


@pytest.mark.slow
def test_permuted_labels_are_caught_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    images, labels = bright_and_dark(100)
    work = work_at(tmp_path)
    STYLEGAN2_32.train(
        images, 1 - labels, CLASSES, kimg=6, options={**MINUTE, **LEARNS, "snapshot_kimg": 1.0, "tick_kimg": 0.5},
        seed=1, numerics=ONE_THREAD, judge=brightness_judge(), work=work,
    )  # fmt: skip
    judged = read_description(work.folder)["judge"]
    assert judged["preferred"]["agreement"] < 0.1
    fault = judged["preferred"]["label_fault"]
    assert "dark" in fault
    assert "bright" in fault
    assert any(fault in record.getMessage() for record in caplog.records)


class CountingJudge(Judge):
    """Prefers the second snapshot."""

    def __init__(self) -> None:
        images, labels = bright_and_dark(40)
        super().__init__(BrightnessReader(), Split(images, labels), CLASSES)
        self.seen: list[Images] = []

    def verdict(self, images: Images) -> Any:
        self.seen.append(images)
        found = super().verdict(images)
        object.__setattr__(found, "frechet", 1.0 if len(self.seen) == 2 else 5.0)
        return found


def test_the_snapshot_that_the_judge_prefers_is_kept_beside_the_last_weights(tmp_path: Path) -> None:
    judge = CountingJudge()
    folder = train(STYLEGAN2_32, tmp_path, kimg=0.3, judge=judge)
    assert len(judge.seen) == 3
    for snapshot, place in (("preferred", 1), ("last", 2)):
        network = STYLEGAN2_32.load(folder, CLASSES, {"snapshot": snapshot}, ONE_THREAD)
        seed = int(np.random.SeedSequence([1, 1]).generate_state(1)[0])
        asked: Labels = judge.asked
        made = network.sample(asked, np.repeat(np.arange(20), 2), seed)
        assert np.array_equal(made, judge.seen[place])


def test_a_training_that_was_never_good_is_no_generator(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"diverged at .* lower learning_rate \(now 1e\+30\) or raise r1_weight"):
        train(STYLEGAN2_32, tmp_path, kimg=5, learning_rate=1e30)
    assert list((tmp_path / "artifact").iterdir()) == []


def test_a_short_training_that_exploded_in_every_row_is_no_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer.generators.stylegan2.step.LOSS_LIMIT", 0.0)
    with pytest.raises(RequestError, match=r"diverged at 0\.08 kimg, before it had any good weights \(from 0 to 0\.08"):
        train(STYLEGAN2_32, tmp_path, kimg=0.08, snapshot_kimg=10.0)
    assert list((tmp_path / "artifact").iterdir()) == []


@pytest.mark.parametrize(("always", "generator", "discriminator"), [(False, 1.0, 1.0), (True, 4 / 5, 16 / 17)])
def test_without_lazy_steps_optimizers_are_slowed_down_only_where_the_published_training_is_asked_for(
    always: bool, generator: float, discriminator: float
) -> None:
    options = parse("", {**MINUTE, "path_length_weight": 0.0, "r1_weight": 0.0, "lazy_always": always})
    trainer = Trainer(options, 32, 2, 0, torch.device("cpu"), "fp32", kimg=1.0, ada=False)
    shares = ((trainer._generator_optimizer, generator), (trainer._discriminator_optimizer, discriminator))
    for optimizer, share in shares:
        assert optimizer.defaults["lr"] == pytest.approx(0.0025 * share)
        assert optimizer.defaults["betas"] == (0.0, pytest.approx(0.99**share))


def test_r1_is_the_squared_gradient_of_each_logit() -> None:
    images = torch.randn(5, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    matrix = torch.randn(16, 16, dtype=torch.float64)
    flat = images.flatten(1)
    logits = ((flat @ matrix) * flat).sum(dim=1)
    by_hand = (flat @ (matrix + matrix.t())).square().sum(dim=1).mean()
    torch.testing.assert_close(gradient_penalty(logits, images), by_hand)


def test_path_lengths_are_those_of_a_linear_map() -> None:
    latents = torch.randn(3, 2, 6, dtype=torch.float64, requires_grad=True)
    matrix = torch.randn(6, 16, dtype=torch.float64)
    images = (latents.sum(dim=1) @ matrix).view(3, 1, 4, 4)
    noise = torch.randn_like(images)
    # Both layers move the image alike, so the mean over them is the length along one.
    by_hand = (noise.flatten(1) @ matrix.t() / 4).norm(dim=1)
    torch.testing.assert_close(path_lengths(images, latents, noise), by_hand)


def batch(side: int = 32) -> tuple[Tensor, Tensor]:
    images = torch.randint(0, 256, (8, 1, side, side), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return images, torch.arange(8) % 2


def test_lazy_steps_come_as_often_as_published_and_slow_the_optimizers_down_accordingly() -> None:
    trainer = Trainer(parse("", MINUTE), 32, 2, 0, torch.device("cpu"), "fp32", kimg=1.0, ada=False)
    images, labels = batch()
    updates: dict[str, int] = {"generator": 0, "discriminator": 0}
    for name in updates:
        optimizer = getattr(trainer, f"_{name}_optimizer")

        def count(*_: object, name: str = name) -> None:
            updates[name] += 1

        optimizer.register_step_post_hook(count)
    for step in range(2 * PENALTY_EVERY):
        trainer.step(images, labels, np.random.default_rng(step), step * 8)
    assert updates == {"generator": 32 + 32 // PATHS_EVERY, "discriminator": 32 + 2}
    generator, discriminator = trainer._generator_optimizer, trainer._discriminator_optimizer
    assert generator.defaults["lr"] == pytest.approx(0.0025 * 4 / 5)
    assert generator.defaults["betas"] == (0.0, pytest.approx(0.99 ** (4 / 5)))
    assert discriminator.defaults["lr"] == pytest.approx(0.0025 * 16 / 17)
    assert discriminator.defaults["betas"] == (0.0, pytest.approx(0.99 ** (16 / 17)))


@pytest.mark.parametrize(("mismatch", "then"), [(0.0, 0.0), (0.4, 0.2)])
def test_the_generator_learns_from_a_discriminator_that_has_just_learned_from_the_same_images(
    mismatch: float, then: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gradients are those of the two losses on their own; ``then``: what is left of ``mismatch`` by this step."""
    changes = {"path_length_weight": 0.0, "r1_weight": 0.0, "style_mixing": 0.0, "flip": False}
    changes |= {"mismatch": mismatch, "final_mismatch": 0.1}
    trainer = Trainer(parse("", {**MINUTE, **changes}), 32, 3, 0, torch.device("cpu"), "fp32", kimg=0.016, ada=False)
    images, labels = batch()
    taken: dict[str, list[Tensor]] = {}

    def keep(name: str) -> Any:
        def hook(*_: object) -> None:
            taken[name] = [p.grad.clone() for p in getattr(trainer, name).parameters() if p.grad is not None]

        return hook

    before: dict[str, Any] = {}
    for name in ("generator", "discriminator"):
        getattr(trainer, f"_{name}_optimizer").register_step_pre_hook(keep(name))
        before[name] = {key: value.clone() for key, value in getattr(trainer, name).state_dict().items()}
    latents: list[tuple[Any, ...]] = []
    trainer.generator.synthesis.register_forward_hook(lambda _m, inputs, _o: latents.append(inputs))
    discriminator = trainer.discriminator
    read, project = discriminator.read, discriminator.project
    shown: list[Tensor] = []
    asked: list[Tensor] = []

    def keep_images(images: Tensor) -> Tensor:
        shown.append(images)
        verdict: Tensor = read(images)
        return verdict

    def keep_labels(verdict: Tensor, labels: Tensor) -> Tensor:
        asked.append(labels)
        logits: Tensor = project(verdict, labels)
        return logits

    with monkeypatch.context() as patched:
        patched.setattr(discriminator, "read", keep_images)
        patched.setattr(discriminator, "project", keep_labels)
        trainer.step(images, labels, np.random.default_rng(0), 8)
    (fake, real, again), (fake_labels, real_labels, *wrong, again_labels) = shown, asked
    assert torch.equal(fake, again)
    assert torch.equal(fake_labels, again_labels)
    assert torch.equal(real_labels, labels)
    softplus = torch.nn.functional.softplus
    trainer.generator.load_state_dict(before["generator"])
    made = trainer.generator.synthesis(latents[0][0].detach(), latents[0][1])
    own = list(trainer.generator.synthesis.parameters())
    loss = softplus(-discriminator(made, fake_labels)).mean()
    for ours, theirs in zip(taken["generator"][-len(own) :], torch.autograd.grad(loss, own), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)
    discriminator.load_state_dict(before["discriminator"])
    alone = softplus(discriminator(fake, fake_labels)).mean()
    if mismatch:
        [others] = wrong
        assert sorted(others.tolist()) == sorted(labels.tolist()), "a label is wrong as often as it is right"
        differs = others != labels
        assert differs.any()
        alone = (1 - then) * alone + then * softplus(discriminator(real, others))[differs].mean()
    alone = alone + softplus(-discriminator(real, labels)).mean()
    expected = torch.autograd.grad(alone, list(discriminator.parameters()))
    for ours, theirs in zip(taken["discriminator"], expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_rates_go_to_their_final_values_over_the_budget_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: dict[int, float] = {}
    step = Trainer.step

    def keep(self: Trainer, images: Tensor, labels: Tensor, random: np.random.Generator, shown: int) -> Tensor:
        figures = step(self, images, labels, random, shown)
        rates[shown] = self._discriminator_optimizer.param_groups[0]["lr"]
        return figures

    monkeypatch.setattr(Trainer, "step", keep)
    train(STYLEGAN2_32, tmp_path, kimg=0.16, learning_rate=0.004, final_learning_rate=0.001)
    assert rates[0] == pytest.approx(0.004 * 16 / 17)
    assert rates[80] == pytest.approx(0.002 * 16 / 17)


@pytest.mark.parametrize(("ramp", "halves"), [(1.0, 0.5), (0.05, 2.0)])
def test_the_average_follows_with_its_half_life_and_sooner_early_on(ramp: float, halves: float) -> None:
    """``halves``: half-lives in 8 images, of 16 images each or of the ramp's share of the 80 shown, if less."""
    options = parse("", {**MINUTE, "ema_kimg": 0.016, "ema_ramp": ramp, "path_length_weight": 0.0})
    trainer = Trainer(options, 32, 2, 0, torch.device("cpu"), "fp32", kimg=1.0, ada=False)
    images, labels = batch()
    before = trainer.average.synthesis.constant.clone()
    trainer.step(images, labels, np.random.default_rng(0), 72)
    expected = torch.lerp(before, trainer.generator.synthesis.constant, 1 - 0.5**halves)
    torch.testing.assert_close(trainer.average.synthesis.constant, expected)
    # The means of latents are averages already.
    assert trainer.generator.mapping.mean.any()
    for ours, theirs in zip(trainer.average.buffers(), trainer.generator.buffers(), strict=True):
        assert torch.equal(ours, theirs)


def test_real_images_are_resized_with_an_antialiased_filter() -> None:
    from fer.data.resize import resized

    stripes = np.tile(np.array([0, 255], np.uint8), (1, 48, 24))
    small = resized(stripes, 32)
    assert small.shape == (1, 32, 32)
    assert np.ptp(small[0, 4:-4, 4:-4].astype(int)) < 100  # without the filter it would swing from 0 to 255
    assert resized(stripes, 48) is stripes
    expected = np.asarray(Image.fromarray(stripes[0]).resize((64, 64), Image.Resampling.LANCZOS))
    assert np.array_equal(resized(stripes, 64)[0], expected)


def test_mixed_images_change_their_latent_at_some_layer_and_no_sooner_than_the_second() -> None:
    trainer = Trainer(
        parse("", {**MINUTE, "style_mixing": 0.5}), 32, 2, 0, torch.device("cpu"), "fp32", kimg=1.0, ada=False
    )
    latents = trainer._latents(torch.arange(4000) % 2, torch.Generator().manual_seed(0))
    differs = (latents != latents[:, :1]).any(dim=2)  # from the first layer's
    mixed = differs[:, -1]
    assert mixed.float().mean().item() == pytest.approx(0.5, abs=0.03)
    first = differs[mixed].int().argmax(dim=1)
    share = torch.bincount(first, minlength=8)[1:].float() / len(first)
    assert first.min() == 1
    torch.testing.assert_close(share, torch.full((7,), 1 / 7), atol=0.03, rtol=0)
    # From there on all layers have the other one.
    assert (differs.int().diff(dim=1) >= 0).all()


def test_a_weight_that_a_lazy_step_destroyed_ends_training_with_the_last_good_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def destroy(self: Trainer, *_: object) -> Tensor:
        if self.generator.synthesis.constant.isfinite().all() and self._mean_path == 1:
            self.average.synthesis.constant.fill_(float("nan"))
        self._mean_path.fill_(1)
        return torch.tensor(0.0)

    # The figures stay finite: only the averaged weights tell.
    monkeypatch.setattr(Trainer, "_straighten", destroy)
    monkeypatch.setattr(Trainer, "_move_average", lambda *_: None)
    folder = train(STYLEGAN2_32, tmp_path, kimg=0.2, tick_kimg=0.008, snapshot_kimg=10.0)
    described = read_description(folder)
    assert "a weight was no finite number" in described["diverged"]["reason"]
    assert described["diverged"]["weights_of_kimg"] == 0.032
    assert described["judge"]["last"]["kimg"] == 0.032
    assert all(tensor.isfinite().all() for tensor in load_file(folder / "weights.safetensors").values())
