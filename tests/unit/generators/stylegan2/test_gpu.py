"""StyleGAN2 on a GPU: eager, in reduced precision, as in an image without a compiler."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fer.generators.stylegan2.entry import STYLEGAN2_64_ADA
from fer.runtime.device import Numerics
from tests.unit.generators.stylegan2.helpers import CLASSES, train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU that torch can use"),
]
GPU = Numerics(device="cuda", precision="bf16", threads=1)


def test_it_trains_repeatably_and_makes_samples(tmp_path: Path) -> None:
    first, second = (
        load_file(train(STYLEGAN2_64_ADA, tmp_path / name, numerics=GPU, ada_kimg=0.2) / "weights.safetensors")
        for name in ("first", "second")
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    network = STYLEGAN2_64_ADA.load(tmp_path / "first" / "artifact", CLASSES, {}, GPU)
    assert network.sample(np.array([0, 1]), np.array([0, 0]), seed=0).shape == (2, 48, 48)
