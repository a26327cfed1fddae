"""The networks as they are put together, against the published formulas written out in double precision."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.discriminator import Discriminator
from fer.generators.stylegan2.generator import Generator
from fer.generators.stylegan2.layers import Linear
from fer.generators.stylegan2.mapping import Mapping

OPTIONS = parse("", {"channel_base": 64, "channel_max": 16, "noise_size": 12, "style_size": 8, "minibatch_group": 2})
SIDE, CLASSES = 16, 3
LABELS = torch.tensor([0, 2, 1, 2])
KERNEL = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64).outer(torch.tensor([1.0, 3.0, 3.0, 1.0])) / 64

Weights = dict[str, Tensor]


def with_every_weight_random(network: nn.Module) -> Weights:
    """What starts at the same value everywhere must not hide where it is used; returns the weights, float64."""
    for name, parameter in network.named_parameters():
        if parameter.dim() < 2:
            slow = ".layers." in f".{name}"
            nn.init.normal_(parameter, std=50.0 if slow else 0.5)
    return {name: parameter.detach().double() for name, parameter in network.named_parameters()}


def active(values: Tensor) -> Tensor:
    return torch.where(values > 0, values, 0.2 * values) * math.sqrt(2)


def linear(weights: Weights, name: str, values: Tensor, rate: float = 1.0) -> Tensor:
    weight = weights[f"{name}.weight"]
    return values @ weight.t() * (rate / math.sqrt(weight.shape[1])) + weights[f"{name}.bias"] * rate


def of_unit_square(values: Tensor) -> Tensor:
    return values / values.square().mean(dim=1, keepdim=True).sqrt()


def embedded(weights: Weights, name: str) -> Tensor:
    return of_unit_square(linear(weights, name, torch.eye(CLASSES, dtype=torch.float64)[LABELS]))


def mapped(weights: Weights, noise: Tensor) -> Tensor:
    values = torch.cat([of_unit_square(noise), embedded(weights, "label")], dim=1)
    for layer in range(2):
        values = active(linear(weights, f"layers.{layer}", values, rate=0.01))
    return values


def doubled(images: Tensor) -> Tensor:
    """Zeros between the places, then the filter with the gain that makes up for them."""
    count, channels, height, width = images.shape
    spread = torch.zeros(count, channels, 2 * height, 2 * width, dtype=images.dtype)
    spread[:, :, ::2, ::2] = images
    padded = functional.pad(spread, (2, 1, 2, 1)).flatten(0, 1).unsqueeze(1)
    return functional.conv2d(padded, 4 * KERNEL[None, None]).view(count, channels, 2 * height, 2 * width)


def modulated(weights: Weights, name: str, values: Tensor, latent: Tensor, noise: Tensor, *, doubles: bool) -> Tensor:
    """A layer of the synthesis network, image by image with filters of its own."""
    shared = weights[f"{name}.weight"]
    style = linear(weights, f"{name}.style", latent)
    results = []
    for value, own in zip(values, style, strict=True):
        filters = (shared.transpose(0, 1) if doubles else shared) * own[:, None, None]
        filters = filters / filters.square().sum(dim=(1, 2, 3), keepdim=True).sqrt()
        if doubles:
            wide = functional.conv_transpose2d(value[None], filters.transpose(0, 1), stride=2)
            padded = functional.pad(wide, (1, 1, 1, 1)).transpose(0, 1)
            results.append(functional.conv2d(padded, 4 * KERNEL[None, None]).transpose(0, 1))
        else:
            results.append(functional.conv2d(value[None], filters, padding=1))
    noisy = torch.cat(results) + noise * weights[f"{name}.noise_strength"]
    return active(noisy + weights[f"{name}.bias"][:, None, None])


def grey(weights: Weights, name: str, values: Tensor, latent: Tensor) -> Tensor:
    filters = linear(weights, f"{name}.style", latent) * weights[f"{name}.weight"] / math.sqrt(values.shape[1])
    return torch.einsum("bchw,bc->bhw", values, filters).unsqueeze(1) + weights[f"{name}.bias"]


def synthesised(weights: Weights, latents: Tensor, maps: Sequence[Tensor]) -> Tensor:
    """16 px: the layers that make images share a latent with the first of the next resolution."""
    w = latents.unbind(dim=1)
    values = weights["constant"].expand(len(latents), -1, -1, -1)
    values = modulated(weights, "convolution", values, w[0], maps[0], doubles=False)
    image = grey(weights, "grey", values, w[1])
    values = modulated(weights, "blocks.0.first", values, w[1], maps[1], doubles=True)
    values = modulated(weights, "blocks.0.second", values, w[2], maps[2], doubles=False)
    image = doubled(image) + grey(weights, "blocks.0.grey", values, w[3])
    values = modulated(weights, "blocks.1.first", values, w[3], maps[3], doubles=True)
    values = modulated(weights, "blocks.1.second", values, w[4], maps[4], doubles=False)
    return doubled(image) + grey(weights, "blocks.1.grey", values, w[5])


def judged(weights: Weights, values: Tensor) -> Tensor:
    """The discriminator from its 4 px activations on: images 0 and 2 are a group, and 1 and 3."""
    deviations = [values[[one, one + 2]].var(dim=0, correction=0).sqrt().mean() for one in (0, 1)]
    channel = torch.stack(deviations * 2)[:, None, None, None].expand(-1, 1, 4, 4)
    filters = weights["convolution.weight"] / math.sqrt(9 * 17)
    bias = weights["convolution.bias"]
    values = active(functional.conv2d(torch.cat([values, channel], dim=1), filters, bias, padding=1))
    values = active(linear(weights, "dense", values.reshape(4, -1)))
    direction = embedded(weights, "direction.label")
    for layer in range(8):
        direction = active(linear(weights, f"direction.layers.{layer}", direction, rate=0.01))
    return (linear(weights, "verdict", values) * direction).sum(dim=1) / math.sqrt(16)


def test_noise_and_label_are_mapped_as_published() -> None:
    torch.manual_seed(0)
    mapping, noise = Mapping(OPTIONS, CLASSES), torch.randn(4, 12)
    expected = mapped(with_every_weight_random(mapping), noise.double())
    torch.testing.assert_close(mapping(noise, LABELS).double(), expected, rtol=1e-4, atol=1e-5)


def test_each_layer_of_the_synthesis_has_the_latent_that_is_its_own() -> None:
    torch.manual_seed(0)
    synthesis = Generator(OPTIONS, SIDE, CLASSES).synthesis
    weights = with_every_weight_random(synthesis)
    assert (synthesis.layers, synthesis.noise_sides()) == (6, [4, 8, 8, 16, 16])
    latents, maps = torch.randn(4, 6, 8), [torch.randn(4, 1, side, side) for side in (4, 8, 8, 16, 16)]
    expected = synthesised(weights, latents.double(), [one.double() for one in maps])
    torch.testing.assert_close(synthesis(latents, maps).double(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("architecture", ["residual", "plain"])
def test_the_discriminator_ends_as_published(architecture: str) -> None:
    torch.manual_seed(0)
    network = Discriminator(OPTIONS.model_copy(update={"architecture": architecture}), SIDE, CLASSES)
    weights, images = with_every_weight_random(network), torch.randn(4, 1, SIDE, SIDE)
    values = active(images.double() * weights["grey.weight"][:, None, None] + weights["grey.bias"][:, None, None])
    for block in network.double().blocks:  # each of them is held by a test of its own
        values = block(values)
    expected = judged(weights, values)
    torch.testing.assert_close(network.float()(images, LABELS).double(), expected, rtol=1e-4, atol=1e-4)


def test_a_slow_layer_starts_as_any_other_and_moves_by_its_share_of_a_step() -> None:
    moved = {}
    for rate in (1.0, 0.01):
        torch.manual_seed(0)
        layer = Linear(50, 30, bias=0.5, rate=rate).double()
        probe = torch.cat([torch.zeros(1, 50), torch.eye(50)]).double()
        before = layer(probe)
        torch.testing.assert_close(before[0], torch.full((30,), 0.5, dtype=torch.float64))
        assert (before[1:] - before[0]).std().item() == pytest.approx(1 / math.sqrt(50), rel=0.05)
        optimizer = torch.optim.Adam(layer.parameters(), lr=0.001)
        before.sum().backward()
        optimizer.step()
        moved[rate] = before - layer(probe)
    # Adam moves each stored weight by the learning rate, whatever its gradient.
    by_a_bias, by_a_weight = 0.001, 0.001 / math.sqrt(50)
    torch.testing.assert_close(moved[1.0][0], torch.full_like(moved[1.0][0], by_a_bias))
    torch.testing.assert_close(moved[1.0][1:], torch.full_like(moved[1.0][1:], by_a_bias + by_a_weight))
    torch.testing.assert_close(moved[0.01], 0.01 * moved[1.0])
