"""The discriminator: images and labels to logits, real with this label or not."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.stylegan2.config import COARSE, StyleGan2Options
from fer.generators.stylegan2.layers import GAIN, Linear, activated
from fer.generators.stylegan2.mapping import LabelMapping
from fer.generators.stylegan2.resampling import blur
from fer.generators.stylegan2.synthesis import precision, sides


class Convolution(nn.Module):
    """3 x 3 filters with bias and leaky ReLU. ``halves``: low-pass filtered before, every second place after."""

    def __init__(self, inputs: int, outputs: int, *, halves: bool = False, scale: float = 1.0) -> None:
        """``scale``: what the result is multiplied with; it is taken into filter and bias."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self._halves, self._scale = halves, scale
        self._weight_scale = GAIN * scale / math.sqrt(inputs * 9)

    def forward(self, values: Tensor) -> Tensor:
        """Activations (b, inputs, h, w) to (b, outputs, h, w), or half the side."""
        weight, bias = (self.weight * self._weight_scale).to(values.dtype), (self.bias * (GAIN * self._scale))
        if self._halves:
            result = functional.conv2d(blur(values, padding=2), weight, bias.to(values.dtype), stride=2)
        else:
            result = functional.conv2d(values, weight, bias.to(values.dtype), padding=1)
        return activated(result, self._scale)


class JoinedConvolution(nn.Module):
    """3 x 3 filters with bias and leaky ReLU over features and, as channels beside them, their groups' deviations.

    A group's deviations are the same in all its images and at every place, so they are filtered once.
    """

    def __init__(self, features: int, deviations: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, features + deviations, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self._weight_scale = GAIN / math.sqrt((features + deviations) * 9)

    def forward(self, values: Tensor, of_groups: Tensor) -> Tensor:
        """Features (b, f, h, w) and deviations (g, d) to (b, outputs, h, w); image i is of group i % g."""
        channels = (values.shape[1], of_groups.shape[1])
        of_features, of_deviations = torch.split_with_sizes(self.weight * self._weight_scale, channels, dim=1)
        everywhere = of_groups[:, :, None, None].expand(-1, -1, *values.shape[2:])
        shared = functional.conv2d(everywhere, of_deviations, self.bias * GAIN, padding=1)
        own = functional.conv2d(values, of_features, padding=1)
        return activated((own.view(-1, *shared.shape) + shared).flatten(0, 1))


class FromGrey(nn.Module):
    """A 1 x 1 filter with bias and leaky ReLU: grey (b, 1, h, w) to (b, outputs, h, w).

    As a product and not as a convolution, which on a processor leaves its result channels first, for all that follows
    to reorder: with that, it takes two to seven times as long in either pass.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, images: Tensor) -> Tensor:
        """Activations, channels last."""
        weight, bias = ((parameter * GAIN).to(images.dtype) for parameter in (self.weight, self.bias))
        count, _, height, width = images.shape
        # Activated before it is seen channels first: changing a view in place costs the backward pass three copies.
        active = activated(torch.addmm(bias, images.reshape(-1, 1), weight.unsqueeze(0)))
        return active.view(count, height, width, -1).permute(0, 3, 1, 2)


class Shortcut(nn.Module):
    """The straight way of a residual block: half the side, other channels, no bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self._scale = math.sqrt(0.5 / inputs)

    def forward(self, values: Tensor) -> Tensor:
        """(b, inputs, h, w) to (b, outputs, h / 2, w / 2), times the root of a half."""
        # Only the dense filter skips places: in bf16 on a processor the backward pass with a depthwise one that does
        # takes eight times as long or more. In single precision it would take less time: at 128 channels a third.
        return functional.conv2d(blur(values, padding=1), (self.weight * self._scale).to(values.dtype), stride=2)


class DiscriminatorBlock(nn.Module):
    """All of one resolution: (b, inputs, h, w) to (b, outputs, h / 2, w / 2)."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.first = Convolution(inputs, inputs)
        self.second = Convolution(inputs, outputs, halves=True, scale=math.sqrt(0.5) if residual else 1.0)
        self.shortcut = Shortcut(inputs, outputs) if residual else None

    def forward(self, values: Tensor) -> Tensor:
        """Activations for the next block."""
        result: Tensor = self.second(self.first(values))
        return result if self.shortcut is None else result + self.shortcut(values)


class Discriminator(nn.Module):
    """Images (b, 1, side, side) and labels (b,) to logits (b,).

    With labels the last features are projected on a direction of the label's (Miyato and Koyama 2018, arXiv
    1802.05637); with a single class one linear layer gives the logit.
    """

    def __init__(self, options: StyleGan2Options, side: int, classes: int, *, reduced: bool = False) -> None:
        super().__init__()
        self.sides = sides(side)
        self._group, self._deviations, self.reduced = options.minibatch_group, options.deviations, reduced
        coarse = options.channels(COARSE)
        self.grey = FromGrey(options.channels(side))
        self.blocks = nn.ModuleList(
            DiscriminatorBlock(
                options.channels(one), options.channels(one // 2), residual=options.architecture == "residual"
            )
            for one in reversed(self.sides[1:])
        )
        self.convolution = JoinedConvolution(coarse, options.deviations, coarse)
        self.dense = Linear(coarse * COARSE**2, coarse, active=True)
        self.verdict = Linear(coarse, coarse if classes > 1 else 1)
        self.direction = LabelMapping(coarse, classes, options.label_layers) if classes > 1 else None

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """One logit per image."""
        return self.project(self.read(images), labels)

    def read(self, images: Tensor) -> Tensor:
        """What is projected on the labels' directions, (b, n): all of the work, and the same whatever the label."""
        kinds = [precision(one, self.sides[-1], reduced=self.reduced) for one in reversed(self.sides)]
        values = self.grey(images.to(kinds[0]))
        for kind, block in zip(kinds, self.blocks, strict=False):
            values = block(values.to(kind))
        values = values.float()
        joined = self.convolution(values, deviations(values, self._group, self._deviations))
        verdict: Tensor = self.verdict(self.dense(joined.flatten(1)))
        return verdict

    def project(self, verdict: Tensor, labels: Tensor) -> Tensor:
        """One logit per row of what was read."""
        if self.direction is None:
            return verdict.squeeze(1)
        directions: Tensor = self.direction(labels)
        return (verdict * directions).sum(dim=1) / math.sqrt(verdict.shape[1])


def deviations(values: Tensor, group: int, parts: int) -> Tensor:
    """How much the images of each group differ, (groups, ``parts``), from features (b, c, h, w).

    Each is the deviation over the group averaged over the places and over c / ``parts`` features beside each other.
    Groups take every (b / group)-th image (arXiv 1710.10196, section 3); a smaller batch is one group.
    """
    count = len(values)
    group = min(group, count)
    if count % group:
        raise ValueError(f"a batch of {count} images cannot be divided into groups of {group}")
    together = values.view(group, count // group, parts, -1, *values.shape[2:])
    # Not var: over the first dimension it takes several times as long on a processor, in the forward pass.
    variance = (together - together.mean(dim=0)).square().mean(dim=0)
    return (variance + 1e-8).sqrt().mean(dim=(2, 3, 4))
