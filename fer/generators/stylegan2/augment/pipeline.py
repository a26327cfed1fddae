"""All augmentations of a batch, in a few operations."""

from dataclasses import fields
from typing import TypeVar

import torch
from torch import Tensor

from fer.generators.stylegan2.augment.colour import Colour, recoloured
from fer.generators.stylegan2.augment.corruption import Corruption, cut_out, filtered, noisy
from fer.generators.stylegan2.augment.draws import Strengths, draw
from fer.generators.stylegan2.augment.geometric import Geometry, transformed
from fer.generators.stylegan2.augment.spec import AugmentSpec
from fer.generators.stylegan2.augment.warp import Warp
from fer.generators.stylegan2.augment.wavelets import bands

LEAST_SIDE = 16

Part = TypeVar("Part", Geometry, Colour, Corruption)


class Augmentation:
    """The published augmentations (arXiv 2006.06676, appendix B) of images (b, channels, side, side) in [-1, 1].

    Linear in the images but for an offset, and differentiable as often as one likes. The results may leave [-1, 1].
    On a GPU every operation is one that torch allows where results must be reproducible.
    """

    def __init__(
        self,
        spec: AugmentSpec,
        side: int,
        channels: int = 1,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Raises ValueError where ``side`` is odd or below LEAST_SIDE, or ``channels`` neither 1 nor 3."""
        if side < LEAST_SIDE or side % 2:
            raise ValueError(f"side {side}: augmentation takes an even side from {LEAST_SIDE} up")
        if channels not in (1, 3):
            raise ValueError(f"{channels} channels: augmentation takes 1 (grey) or 3 (red, green, blue)")
        self._spec, self._side, self._dtype = spec, side, dtype
        self._warp = Warp(side, device, dtype)
        self._bands = bands(side).to(device, dtype)

    def __call__(self, images: Tensor, p: float | Tensor, generator: torch.Generator) -> Tensor:
        """The images, each kind of transformation applied to each of them with probability ``p`` in [0, 1].

        ``generator``, on the images' device, decides what happens. It goes on by the same numbers whatever p is.
        A ``p`` of 0 that is no tensor returns the images as they are.
        """
        strengths = draw(self._spec, p, len(images), self._side, generator)
        noise = None
        if self._spec.noise:
            noise = torch.randn(images.shape, generator=generator, device=images.device).to(self._dtype)
        if not isinstance(p, Tensor) and p == 0:
            return images
        return self.apply(images, strengths, noise)

    def apply(self, images: Tensor, strengths: Strengths, noise: Tensor | None = None) -> Tensor:
        """The images after known ``strengths`` of the groups in use; ``noise``: standard normal, like the images."""
        # Products in reduced precision would blur the images.
        with torch.autocast(images.device.type, enabled=False):
            if self._spec.blit or self._spec.geometric:
                images = transformed(images, self._cast(strengths.geometry), self._warp)
            if self._spec.colour:
                images = recoloured(images, self._cast(strengths.colour))
            corruption = self._cast(strengths.corruption)
            if self._spec.filter:
                images = filtered(images, corruption.gains, self._bands)
            if noise is not None:
                images = noisy(images, corruption.noise, noise)
            if self._spec.cutout:
                images = cut_out(images, corruption.centre, corruption.cut)
            return images

    def _cast(self, part: Part) -> Part:
        """The same strengths in the precision of the images."""
        values = {field.name: getattr(part, field.name) for field in fields(part)}
        return type(part)(
            **{name: value.to(self._dtype) if value.is_floating_point() else value for name, value in values.items()}
        )
