"""The mapping networks: noise and label to an intermediate latent, and the discriminator's label to a direction."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from fer.generators.stylegan2.config import StyleGan2Options
from fer.generators.stylegan2.layers import Linear, normalised

_RATE = 0.01  # of learning, relative to the other layers (arXiv 1812.04948, appendix C)
_TRACKING = 0.995


class Mapping(nn.Module):
    """Noise z (b, noise_size) and labels (b,) to w (b, style_size). Tracks the mean w, over all and per class.

    With a single class there are no labels: nothing is embedded.
    """

    mean: Tensor
    class_means: Tensor
    seen: Tensor

    def __init__(self, options: StyleGan2Options, classes: int) -> None:
        super().__init__()
        size = options.style_size
        self.label = Linear(classes, size) if classes > 1 else None
        inputs = options.noise_size + (size if classes > 1 else 0)
        self.layers = _slow_layers(inputs, *[size] * options.mapping_layers)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("class_means", torch.zeros(classes, size))
        self.register_buffer("seen", torch.zeros(classes))

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        """The latents w."""
        values = normalised(noise)
        if self.label is not None:
            values = torch.cat([values, normalised(_rows(self.label, labels))], dim=1)
        latents: Tensor = self.layers(values)
        return latents

    @torch.no_grad()
    def track(self, latents: Tensor, labels: Tensor) -> None:
        """Move the means towards those of ``latents`` (b, style_size): plain means at first, moving ones later.

        A class of which a batch holds its fair share moves as fast as the mean over all does, a rarer one slower.
        """
        classes, count = len(self.class_means), len(labels)
        member = torch.nn.functional.one_hot(labels, classes).to(latents.dtype)
        counts = member.sum(dim=0)
        self.seen += counts
        self.mean.lerp_(latents.mean(dim=0), (count / self.seen.sum()).clamp(min=1 - _TRACKING))
        means = (member.t() @ latents) / counts.clamp(min=1).unsqueeze(1)
        moving = (1 - _TRACKING) * counts * classes / count
        weight = torch.maximum(moving, counts / self.seen.clamp(min=1)).clamp(max=1)
        self.class_means.lerp_(means, weight.unsqueeze(1))


class LabelMapping(nn.Module):
    """The discriminator's: labels (b,) to directions (b, size) that its verdict is projected on."""

    def __init__(self, size: int, classes: int, layers: int) -> None:
        """``layers``: between a label's embedding and its direction; with none they are the same."""
        super().__init__()
        self.label = Linear(classes, size)
        self.layers = _slow_layers(size, *[size] * layers)

    def forward(self, labels: Tensor) -> Tensor:
        """The directions."""
        directions: Tensor = self.layers(normalised(_rows(self.label, labels)))
        return directions


def _slow_layers(*sizes: int) -> nn.Sequential:
    return nn.Sequential(*(Linear(before, after, active=True, rate=_RATE) for before, after in pairwise(sizes)))


def _rows(layer: Linear, labels: Tensor) -> Tensor:
    one_hot = torch.nn.functional.one_hot(labels, layer.weight.shape[1])
    rows: Tensor = layer(one_hot.to(layer.weight.dtype))
    return rows
