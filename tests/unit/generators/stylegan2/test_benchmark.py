"""The benchmark compares ours with a straightforward version: that must be the same network."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.discriminator import Convolution
from fer.generators.stylegan2.step import Trainer
from fer.generators.stylegan2.synthesis import ModulatedConvolution
from tests.benchmarks.stylegan2_step import NUMBERS, PlainConvolution, PlainModulatedConvolution, PlainTrainer
from tests.unit.generators.stylegan2.helpers import MINUTE

CPU = torch.device("cpu")


@pytest.mark.parametrize("doubles", [False, True])
def test_the_straightforward_modulated_convolution_gives_what_ours_gives(doubles: bool) -> None:
    ours, plain = (kind(6, 5, 8, doubles=doubles) for kind in (ModulatedConvolution, PlainModulatedConvolution))
    nn.init.normal_(ours.noise_strength)
    nn.init.normal_(ours.bias)
    plain.load_state_dict(ours.state_dict())
    side = 16 if doubles else 8
    inputs = torch.randn(3, 6, 8, 8), torch.randn(3, 8), torch.randn(3, 1, side, side)
    torch.testing.assert_close(plain(*inputs), ours(*inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("halves", "scale"), [(False, 1.0), (True, 0.5)])
def test_the_straightforward_convolution_gives_what_ours_gives(halves: bool, scale: float) -> None:
    ours, plain = (kind(6, 5, halves=halves, scale=scale) for kind in (Convolution, PlainConvolution))
    nn.init.normal_(ours.bias)
    plain.load_state_dict(ours.state_dict())
    values = torch.randn(3, 6, 8, 8)
    torch.testing.assert_close(plain(values), ours(values), rtol=1e-4, atol=1e-5)


def test_the_straightforward_training_has_our_networks_and_does_every_kind_of_step() -> None:
    arguments: tuple[Any, ...] = (parse("", MINUTE), 32, 7, 0, CPU, "fp32")
    ours, plain = Trainer(*arguments, kimg=1.0, ada=False), PlainTrainer(*arguments, kimg=1.0, ada=False)
    kinds = {type(module) for network in (plain.generator, plain.discriminator) for module in network.modules()}
    assert {PlainModulatedConvolution, PlainConvolution} < kinds
    assert not {ModulatedConvolution, Convolution} & kinds
    labels = torch.arange(8) % 7
    made = [one._generate(labels, torch.Generator().manual_seed(0)) for one in (ours, plain)]
    torch.testing.assert_close(made[1], made[0], rtol=1e-4, atol=1e-4)
    read = [one.discriminator(made[0], labels) for one in (ours, plain)]
    torch.testing.assert_close(read[1], read[0], rtol=1e-4, atol=1e-4)
    images = torch.randint(0, 256, (8, 1, 32, 32), dtype=torch.uint8)
    for number in NUMBERS:
        assert plain.step(images, labels, np.random.default_rng(number), number * 8).isfinite().all()
