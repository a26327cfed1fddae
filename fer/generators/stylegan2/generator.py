"""The generator: mapping and synthesis, with truncation."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from fer.generators.stylegan2.config import StyleGan2Options
from fer.generators.stylegan2.mapping import Mapping
from fer.generators.stylegan2.synthesis import Synthesis


class Generator(nn.Module):
    """Noise (b, noise_size) and labels (b,) to images (b, 1, side, side), about in [-1, 1]."""

    def __init__(self, options: StyleGan2Options, side: int, classes: int, *, reduced: bool = False) -> None:
        super().__init__()
        self.mapping = Mapping(options, classes)
        self.synthesis = Synthesis(options, side, reduced=reduced)

    def forward(
        self,
        noise: Tensor,
        labels: Tensor,
        maps: Sequence[Tensor],
        *,
        truncation: float = 1.0,
        towards: Literal["class", "overall"] = "class",
    ) -> Tensor:
        """Images; ``maps``: see ``Synthesis.forward``.

        ``truncation``: how far a latent may lie from the mean, as a share of where it lies; below 1 images become more
        typical and more alike (arXiv 1812.04948, appendix B). ``towards``: the mean of its class, or that of all, which
        takes some of the label away as well.
        """
        latents = self.mapping(noise, labels)
        if truncation != 1:
            mean = self.mapping.class_means[labels] if towards == "class" else self.mapping.mean
            latents = torch.lerp(mean.expand_as(latents), latents, truncation)
        images: Tensor = self.synthesis(latents.unsqueeze(1).expand(-1, self.synthesis.layers, -1), maps)
        return images
