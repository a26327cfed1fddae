"""StyleGAN2 on a GPU: eager, in reduced precision, as in an image without a compiler."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from fer.generators.stylegan2.entry import STYLEGAN2_64_ADA
from tests.tables import rows_of
from tests.unit.generators.stylegan2.helpers import CLASSES, GPU, ON_GPU, train

pytestmark = [*ON_GPU]


def test_it_trains_repeatably_and_makes_samples(tmp_path: Path) -> None:
    # An ADA that moves at once, so that real and generated images are augmented.
    folders = [
        train(STYLEGAN2_64_ADA, tmp_path / name, numerics=GPU, ada_kimg=0.2, ada_target=-0.9)
        for name in ("first", "second")
    ]
    first, second = (load_file(folder / "weights.safetensors") for folder in folders)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert float(rows_of(folders[0] / "history.csv")[-1]["augmentation"]) > 0.2
    network = STYLEGAN2_64_ADA.load(tmp_path / "first" / "artifact", CLASSES, {}, GPU)
    assert network.sample(np.array([0, 1]), np.array([0, 0]), seed=0).shape == (2, 48, 48)
