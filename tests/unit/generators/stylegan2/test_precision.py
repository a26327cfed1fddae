"""Networks and gradients on every device and in either precision, against single precision on the processor."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.discriminator import Discriminator
from fer.generators.stylegan2.generator import Generator
from fer.generators.stylegan2.regularisation import gradient_penalty, path_lengths
from fer.runtime.device import Numerics, Precision, apply_numerics
from tests.unit.generators.stylegan2.helpers import ON_GPU

SIDE, CLASSES, BATCH = 32, 7, 16
OPTIONS = parse("", {"channel_base": 2048, "channel_max": 64, "noise_size": 64, "style_size": 64})
EXACT = 2e-3
"""Largest error in single precision, as a share of what it is an error of. Sums in another order alone cost 1e-6; a
leaky ReLU near 0 may turn the other way."""
REDUCED = {"images": 0.02, "logits": 0.02, "discriminator": 0.05, "generator": 0.1, "penalty": 0.05, "paths": 0.1}
"""The same in bf16: two to four times what it is on a processor with these weights."""


def gradient(loss: Tensor, network: nn.Module) -> Tensor:
    """Of all weights in one vector."""
    parts = torch.autograd.grad(loss, list(network.parameters()), retain_graph=True, materialize_grads=True)
    return torch.cat([part.flatten() for part in parts])


def computed(device: str, precision: Precision) -> dict[str, Tensor]:
    """What the networks make of the same weights and inputs, and the gradients of the losses and lazy regularisers."""
    apply_numerics(Numerics(device, precision, 1))
    torch.manual_seed(0)
    generator = Generator(OPTIONS, SIDE, CLASSES, reduced=precision == "bf16")
    discriminator = Discriminator(OPTIONS, SIDE, CLASSES, reduced=precision == "bf16")
    for name, parameter in generator.named_parameters():
        if name.endswith("noise_strength"):
            nn.init.normal_(parameter, std=0.1)
    noise, real = torch.randn(BATCH, OPTIONS.noise_size), torch.rand(BATCH, 1, SIDE, SIDE) * 2 - 1
    maps = [torch.randn(BATCH, 1, side, side).to(device) for side in generator.synthesis.noise_sides()]
    directions, labels = torch.randn(BATCH, 1, SIDE, SIDE).to(device), (torch.arange(BATCH) % CLASSES).to(device)
    for network in (generator, discriminator):
        network.to(device).to(memory_format=torch.channels_last)

    latents = generator.mapping(noise.to(device), labels).unsqueeze(1).expand(-1, generator.synthesis.layers, -1)
    images, seen = generator.synthesis(latents, maps), real.to(device).requires_grad_()
    on_real, on_fake = discriminator(seen, labels), discriminator(images, labels)
    loss = functional.softplus(on_fake).mean() + functional.softplus(-on_real).mean()
    found = {
        "images": images,
        "logits": torch.cat([on_real, on_fake]),
        "discriminator": gradient(loss, discriminator),
        "generator": gradient(functional.softplus(-on_fake).mean(), generator),
        "penalty": gradient(gradient_penalty(on_real, seen), discriminator),
        "paths": gradient(path_lengths(images, latents, directions).square().mean(), generator),
    }
    return {name: value.detach().cpu().flatten() for name, value in found.items()}


@pytest.mark.parametrize(
    ("device", "precision"),
    [
        ("cpu", "bf16"),
        pytest.param("cuda", "fp32", marks=ON_GPU),
        pytest.param("cuda", "bf16", marks=ON_GPU),
    ],
)
def test_networks_and_all_gradients_are_those_of_single_precision_on_a_processor(
    device: str, precision: Precision
) -> None:
    expected, found = computed("cpu", "fp32"), computed(device, precision)
    errors = {name: ((found[name] - value).norm() / value.norm()).item() for name, value in expected.items()}
    limits = REDUCED if precision == "bf16" else dict.fromkeys(REDUCED, EXACT)
    assert {name: error for name, error in errors.items() if not error < limits[name]} == {}, errors
    if precision == "bf16":
        assert min(errors.values()) > 1e-4, "nothing was computed in bf16"
