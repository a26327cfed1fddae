"""The benchmarks compare ours with other ways to the same: the same they must be."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.discriminator import Convolution
from fer.generators.stylegan2.step import PATHS_EVERY, PENALTY_EVERY, Trainer
from fer.generators.stylegan2.synthesis import ModulatedConvolution
from tests.benchmarks.stylegan2_layers import CHOICES, REDUCED, Choice
from tests.benchmarks.stylegan2_step import (
    NUMBERS,
    SIZES,
    PlainConvolution,
    PlainModulatedConvolution,
    PlainTrainer,
    wanted,
)
from tests.unit.generators.stylegan2.helpers import MINUTE

CPU = torch.device("cpu")
BOTH = ("generator", "discriminator")


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


def test_the_straightforward_training_has_our_networks() -> None:
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


@pytest.mark.parametrize("number", NUMBERS)
def test_the_straightforward_step_follows_the_gradients_that_ours_does(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights stay as they are, and noise is always the same: that the two learn in another order changes nothing."""
    options = parse("", {**MINUTE, "learning_rate": 1e-30, "flip": False, "style_mixing": 0.0})
    images = torch.randint(0, 256, (8, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    labels = torch.full((8,), 3)
    losses: list[Tensor] = []
    gradients: list[dict[str, list[Tensor]]] = []
    for kind in (Trainer, PlainTrainer):
        trainer = kind(options, 32, 7, 0, CPU, "fp32", kimg=1.0, ada=False)
        monkeypatch.setattr(
            trainer, "_normal", lambda _, *shape: torch.randn(shape, generator=torch.Generator().manual_seed(0))
        )
        followed = {name: all_followed(getattr(trainer, name), getattr(trainer, f"_{name}_optimizer")) for name in BOTH}
        losses.append(trainer.step(images, labels, np.random.default_rng(0), number * 8)[:2])
        gradients.append(followed)
    ours, plain = gradients
    expected = {"generator": 1 + (number % PATHS_EVERY == 0), "discriminator": 1 + (number % PENALTY_EVERY == 0)}
    assert {name: len(steps) for name, steps in plain.items()} == expected
    torch.testing.assert_close(losses[1], losses[0], rtol=1e-4, atol=1e-5)
    for name in BOTH:
        for mine, theirs in zip(ours[name], plain[name], strict=True):
            # In single precision second derivatives agree to some share of the largest.
            torch.testing.assert_close(theirs, mine, rtol=1e-3, atol=1e-4 * mine.abs().max().item())


def all_followed(network: nn.Module, optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """The gradients of all weights, in one vector for each of the optimizer's steps; the list grows with them."""
    followed: list[Tensor] = []

    def keep(*_: object) -> None:
        parts = (torch.zeros_like(one) if one.grad is None else one.grad for one in network.parameters())
        followed.append(torch.cat([part.flatten() for part in parts]))

    optimizer.register_step_pre_hook(keep)
    return followed


def test_what_is_wanted_of_a_machine_goes_with_its_convolutions() -> None:
    here = [wanted(size, "bf16", 0.36e12) for size in SIZES]
    assert here == pytest.approx([71.6, 3.52, 26.0]), "on the machine that the reference was timed on, four times that"
    assert wanted(SIZES[0], "fp32", 0.095e12) == pytest.approx(35.8), "on one of half its pace, half of that"


@pytest.mark.parametrize("choice", [one for one in CHOICES if one.same], ids=lambda choice: choice.name)
def test_the_ways_that_a_layer_has_give_the_same(choice: Choice) -> None:
    torch.manual_seed(0)
    kind = choice.kinds[0]
    inputs = choice.inputs(*choice.sizes[0], kind)
    tolerance = 0.03 if kind == REDUCED else 1e-4
    torch.testing.assert_close(choice.ours(*inputs), choice.other(*inputs), rtol=tolerance, atol=tolerance)
