"""The synthesis network: latents to images, by modulated convolutions with skip connections to the image.

A modulated convolution has filters of its own for every image: the shared filters, their inputs scaled by the image's
style and their outputs brought back to unit variance. Scaling the activations instead of the filters gives the same
(arXiv 1912.04958, section 2.2), and leaves one dense convolution for the whole batch.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.stylegan2.config import COARSE, StyleGan2Options
from fer.generators.stylegan2.layers import GAIN, Linear, activated, clamped
from fer.generators.stylegan2.resampling import blur, double

REDUCED_SIDES = 4
"""So many of the highest resolutions use reduced precision, where that is chosen (arXiv 2006.06676, appendix D)."""


def sides(side: int) -> list[int]:
    """The sides of a network's blocks, ascending: 4, 8, ... ``side``."""
    return [2**power for power in range(2, side.bit_length())]


def precision(side: int, side_of_images: int, *, reduced: bool) -> torch.dtype:
    """What the layers of a side compute in, in either network: the coarsest always in single precision."""
    highest = sides(side_of_images)[-REDUCED_SIDES:]
    return torch.bfloat16 if reduced and side > COARSE and side in highest else torch.float32


class ModulatedConvolution(nn.Module):
    """3 x 3 filters, modulated and demodulated; noise, bias and leaky ReLU follow. ``double``: twice the side."""

    def __init__(self, inputs: int, outputs: int, style_size: int, *, doubles: bool) -> None:
        super().__init__()
        self.style = Linear(style_size, inputs, bias=1.0)
        # A transposed convolution, which doubles the side, has its inputs first.
        shape = (inputs, outputs) if doubles else (outputs, inputs)
        self.weight = nn.Parameter(torch.randn(*shape, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self._doubles = doubles

    def forward(self, values: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
        """``values`` (b, inputs, h, w), ``latents`` (b, style_size), ``noise`` (b, 1, h', w') to (b, outputs, h', w').

        The gain of the activation is taken into the scales of what it is applied to.
        """
        kind = values.dtype
        style = self.style(latents)
        power = self.weight.square().sum(dim=(2, 3))
        variance = style.square() @ (power if self._doubles else power.t())
        scale = ((variance + 1e-8).rsqrt() * GAIN).to(kind)[:, :, None, None]
        modulated = values * style.to(kind)[:, :, None, None]
        weight = self.weight.to(kind)
        if self._doubles:
            convolved = blur(functional.conv_transpose2d(modulated, weight, stride=2), padding=1, gain=4.0)
        else:
            convolved = functional.conv2d(modulated, weight, padding=1)
        return finished(convolved * scale, noise, self.noise_strength * GAIN, self.bias * GAIN)


def finished(values: Tensor, noise: Tensor, strength: Tensor, bias: Tensor) -> Tensor:
    """Activations of ``values`` (b, c, h, w) plus ``strength`` () times ``noise`` (b, 1, h, w), plus ``bias`` (c,).

    The values may be overwritten. In reduced precision all that is added is one product, of two columns with two rows,
    which rounds once where two sums round twice. On a processor it pays where there are few channels and many places:
    forward the sums take three times as long at 24 channels of 32 px, as long at 128, less at 96 channels of 8 px.
    """
    if values.dtype == torch.float32:
        return activated(values.add_(bias.view(1, -1, 1, 1)).add_(noise * strength))
    count, channels, height, width = values.shape
    places = values.permute(0, 2, 3, 1).reshape(-1, channels)
    columns = functional.pad(noise.reshape(-1, 1), (0, 1), value=1.0).to(values.dtype)
    rows = torch.stack([strength.expand(channels), bias]).to(values.dtype)
    # Activated before it is seen channels first: changing a view in place costs the backward pass three copies.
    active = activated(torch.addmm(places, columns, rows))
    return active.view(count, height, width, channels).permute(0, 3, 1, 2)


class ToGrey(nn.Module):
    """A modulated 1 x 1 filter without demodulation: activations (b, inputs, h, w) to grey (b, 1, h, w)."""

    def __init__(self, inputs: int, style_size: int) -> None:
        super().__init__()
        self.style = Linear(style_size, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(inputs))
        self.bias = nn.Parameter(torch.zeros(()))
        self._scale = 1 / math.sqrt(inputs)

    def forward(self, values: Tensor, latents: Tensor) -> Tensor:
        """The product in the precision of ``values``, as the published networks have it, the result in single."""
        filters = (self.style(latents) * (self.weight * self._scale)).to(values.dtype).unsqueeze(2)
        count, channels, height, width = values.shape
        places = values.permute(0, 2, 3, 1).reshape(count, height * width, channels)
        grey = torch.bmm(places, filters).view(count, 1, height, width) + self.bias.to(values.dtype)
        return clamped(grey).float()


class SynthesisBlock(nn.Module):
    """All of one resolution."""

    def __init__(self, inputs: int, outputs: int, style_size: int) -> None:
        super().__init__()
        self.first = ModulatedConvolution(inputs, outputs, style_size, doubles=True)
        self.second = ModulatedConvolution(outputs, outputs, style_size, doubles=False)
        self.grey = ToGrey(outputs, style_size)

    def forward(self, values: Tensor, latents: Sequence[Tensor], noise: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Activations for the next block, and what is added to the image; three latents, two maps of noise."""
        values = self.first(values, latents[0], noise[0])
        values = self.second(values, latents[1], noise[1])
        return values, self.grey(values, latents[2])


class Synthesis(nn.Module):
    """Latents (b, layers, style_size) to images (b, 1, side, side), about in [-1, 1]."""

    def __init__(self, options: StyleGan2Options, side: int, *, reduced: bool = False) -> None:
        super().__init__()
        self.sides = sides(side)
        channels, size = options.generator_channels, options.style_size
        coarse = channels(COARSE)
        self.constant = nn.Parameter(torch.randn(coarse, COARSE, COARSE))
        self.convolution = ModulatedConvolution(coarse, coarse, size, doubles=False)
        self.grey = ToGrey(coarse, size)
        self.blocks = nn.ModuleList(SynthesisBlock(channels(one // 2), channels(one), size) for one in self.sides[1:])
        self.layers = 2 * len(self.sides)
        self.reduced = reduced
        """Whether the highest resolutions compute in bf16."""

    def noise_sides(self) -> list[int]:
        """Sides of the maps of noise, in the order in which ``forward`` takes them."""
        return [COARSE, *(one for one in self.sides[1:] for _ in range(2))]

    def forward(self, latents: Tensor, noise: Sequence[Tensor]) -> Tensor:
        """Images. ``noise``: standard normal maps (b, 1, s, s), one for each of ``noise_sides()``."""
        count = len(latents)
        values = self.constant.expand(count, -1, -1, -1).contiguous(memory_format=torch.channels_last)
        values = values.to(self._kind(COARSE))
        latent = latents.unbind(dim=1)
        values = self.convolution(values, latent[0], noise[0])
        image = self.grey(values, latent[1])
        for place, (side, block) in enumerate(zip(self.sides[1:], self.blocks, strict=True)):
            first = 2 * place + 1
            values, added = block(values.to(self._kind(side)), latent[first : first + 3], noise[first : first + 2])
            image = double(image) + added
        result: Tensor = image
        return result

    def _kind(self, side: int) -> torch.dtype:
        return precision(side, self.sides[-1], reduced=self.reduced)
