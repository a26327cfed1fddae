"""StyleGAN2 in a study: its kinds side by side, a training that is killed, and labels that mean something else."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import jobs.train_gan
from fer.data.dataset import Dataset, Split
from fer.store import Store, open_store
from tests.commands import Fer, run_alone, wait_until
from tests.tables import numbers_of

OPTIONS = "{channel_base: 64, channel_max: 4, noise_size: 8, style_size: 8, batch_size: 8, snapshot_kimg: 0.04}"
STUDY = f"""
name: styles
data:
  source: drawn
  drawn: {{train: 280, validation: 140, test: 70}}
generators:
  stylegan2-32: {{options: {OPTIONS}}}
  truncated: {{model: stylegan2-32, options: {OPTIONS}, sampling: {{truncation: 0.5, snapshot: last}}}}
  own: {{model: stylegan2-64, classes: separate, options: {OPTIONS}}}
  honest: {{model: stylegan2-64-ada, real: match, options: {OPTIONS}}}
grids:
  - {{name: all, generators: [stylegan2-32, truncated, own], classifiers: [cnn], ratios: [0.0]}}
  - {{name: match, generators: [honest], classifiers: [cnn], ratios: [0.5]}}
budgets:
  train-gan: {{kimg: 0.08}}
  train: {{epochs: 1, patience: 1}}
training: {{batch_size: 32}}
evaluators:
  judge: {{epochs: 1, training: {{batch_size: 32}}}}
  features: &small {{classifier: "timm:test_resnet", epochs: 1, training: {{batch_size: 32}}}}
  reader: *small
numerics: {{precision: fp32, threads: 1}}
"""


@pytest.mark.slow
def test_every_kind_of_it_trains_and_serves_cells(tmp_path: Path) -> None:
    file = tmp_path / "styles.yaml"
    file.write_text(STUDY)
    ended = run_alone("run", file, "--store", tmp_path / "store")
    assert ended.status == 0, ended.output + ended.errors
    store = open_store(str(tmp_path / "store"))
    networks = {}
    for manifest in store.manifests("gan"):
        folder = store.fetch("gan", manifest.digest)
        networks[manifest.digest] = json.loads((folder / "generator.json").read_text())
    # Two ways of sampling share one network; each class has one; the last saw the real half of its mix.
    found = [(item["model"], len(item["classes"]), sum(item["images"].values())) for item in networks.values()]
    by_class = sorted(images for model, classes, images in found if (model, classes) == ("stylegan2-64", 1))
    assert len(by_class) == 7
    assert sum(by_class) == 280
    assert sorted(found)[-1] == ("stylegan2-64-ada", 7, 140)
    assert sorted(found)[0] == ("stylegan2-32", 7, 280)
    assert len(found) == 9
    samples = list(store.manifests("synthetic"))
    assert len(samples) == 4
    assert len({manifest.files["samples.npz"].sha256 for manifest in samples}) == 4
    assert len(list(store.manifests("cell"))) == 4


LONG = """
name: long
data:
  source: drawn
  drawn: {train: 140, validation: 70, test: 70}
generators:
  # An ADA that moves at once, so that p is well above zero wherever the training is killed.
  stylegan2-64-ada:
    options:
      {channel_base: 128, channel_max: 8, noise_size: 8, style_size: 8, batch_size: 8, tick_kimg: 0.1,
       snapshot_kimg: 0.3, ada_kimg: 0.2, ada_target: -0.9}
budgets:
  train-gan: {kimg: 0.8}
evaluators:
  judge: {epochs: 1, training: {batch_size: 32}}
numerics: {precision: fp32, threads: 1}
"""
SAVING_OFTEN = (
    "import fer.generators.training as training; training.SECONDS_BETWEEN_CHECKPOINTS = 0.2;"
    "from jobs.cli import main; main()"
)


def artifact(store: Store, digest: str) -> dict[str, Any]:
    """All files of a network but times: tables as rows, the rest as bytes."""
    found: dict[str, Any] = {}
    for path in sorted(store.fetch("gan", digest).rglob("*")):
        if path.suffix == ".csv":
            found[path.name] = numbers_of(path.read_text())
        elif path.is_file():
            found[path.name] = path.read_bytes()
    return found


def kill_after_a_checkpoint(command: tuple[str, ...], checkpoints: Path, seconds: float) -> None:
    """Start a training that saves often, and kill it so long after it has saved another checkpoint."""
    before = set(checkpoints.glob("*.json"))
    process = subprocess.Popen(
        (sys.executable, "-c", SAVING_OFTEN, *command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: set(checkpoints.glob("*.json")) - before, process)
    time.sleep(seconds)
    assert process.poll() is None, "the training ended before it was killed"
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_a_training_killed_three_times_ends_with_the_same_bits_as_one_that_was_not(fer: Fer, tmp_path: Path) -> None:
    file, folder = tmp_path / "long.yaml", tmp_path / "store"
    file.write_text(LONG)
    where = ("--study", str(file), "--store", str(folder))
    network = ("train-gan", *where, "--generator", "stylegan2-64-ada", "--seed", "0")
    for command in (
        ("prepare", "--study", str(file), "--source", "drawn", "--store", str(folder)),
        ("plan", *where),
        ("train-evaluator", *where, "--evaluator", "judge"),
        network,
    ):
        assert run_alone(*command).status == 0
    digest, store = str(fer(*network, "--dry-run").json()["digest"]), open_store(str(folder))
    undisturbed = artifact(store, digest)
    store.set_aside("gan", digest)

    moments = random.Random(6)
    for _ in range(3):
        kill_after_a_checkpoint(network, folder / "checkpoints" / digest, moments.uniform(0, 0.2))
    assert run_alone(*network).status == 0
    assert [attempt.state for attempt in store.attempts(digest)] == ["done", *["killed"] * 3, "done"]
    again = artifact(store, digest)
    assert again.keys() == undisturbed.keys()
    assert {"weights.safetensors", "preferred.safetensors", "generator.json", "history.csv"} <= again.keys()
    assert [name for name in again if again[name] != undisturbed[name]] == []
    assert float(again["history.csv"][-1]["augmentation"]) > 0.1


SHADES = {"bright": 200, "dark": 50, "grey": 125}
SHADED = """
name: shaded
generators:
  stylegan2-32:
    kimg: 8
    options:
      {channel_base: 128, channel_max: 16, noise_size: 8, style_size: 8, batch_size: 16, learning_rate: 0.01,
       ema_kimg: 0.2, tick_kimg: 1, snapshot_kimg: 2}
evaluators:
  judge: {epochs: 4, training: {batch_size: 32, augmentation: {erasing: 0.0}}}
numerics: {precision: fp32, threads: 1}
"""


@pytest.mark.slow
def test_labels_that_were_wired_wrongly_are_named_by_the_training_of_a_generator(
    fer: Fer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, file, noise = tmp_path / "source", tmp_path / "shaded.yaml", np.random.default_rng(0)
    for split, count in (("train", 80), ("validation", 40), ("test", 10)):
        for name, level in SHADES.items():
            (source / split / name).mkdir(parents=True)
            for number in range(count):
                pixels = (noise.integers(-30, 30, (48, 48)) + level).astype(np.uint8)
                Image.fromarray(pixels).save(source / split / name / f"{number}.png")
    file.write_text(SHADED)
    where = ("--study", file, "--store", tmp_path / "store")
    assert fer("prepare", *where, "--source", source).status == 0
    assert fer("plan", *where, "--source", source).status == 0
    assert fer("train-evaluator", *where, "--evaluator", "judge").status == 0

    sound = jobs.train_gan.what_it_may_see

    def one_place_on(dataset: Dataset, real: object, class_name: str | None) -> tuple[Split, tuple[str, ...]]:
        seen, classes = sound(dataset, real, class_name)
        return Split(seen.images, (seen.labels + 1) % len(classes)), classes

    monkeypatch.setattr(jobs.train_gan, "what_it_may_see", one_place_on)
    ended = fer("train-gan", *where, "--generator", "stylegan2-32", "--seed", "0")
    assert ended.status == 0
    [warning] = [message for message in ended.messages if "mixed up" in message]
    assert warning.startswith("generator stylegan2-32: labels are mixed up: asked for bright, read as grey (")
