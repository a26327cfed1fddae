"""StyleGAN2 in a study: one network, one per class, one that sees what its mix holds, and one that is sampled twice."""

import json
from pathlib import Path

import pytest

from fer.store import open_store
from tests.commands import run_alone

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
