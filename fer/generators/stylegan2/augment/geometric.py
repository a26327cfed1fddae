"""Blitting and geometric transformations: all of an image's are one permutation of pixels and one affine map."""

from dataclasses import dataclass

import torch
from torch import Tensor

from fer.generators.stylegan2.augment.warp import Warp


@dataclass(frozen=True)
class Geometry:
    """What happens to the shape of each of b images, in this order. Angles: radians, counterclockwise as one looks."""

    flip: Tensor
    """(b,) bool: mirrored left to right."""
    turns: Tensor
    """(b,) whole: quarter turns counterclockwise."""
    shift: Tensor
    """(b, 2): pixels to the right and downwards, whole numbers."""
    scale: Tensor
    """(b,): enlarged by this factor."""
    turn_before: Tensor
    """(b,): angle before the stretching."""
    stretch: Tensor
    """(b,): made wider by this factor and lower by it."""
    turn_after: Tensor
    """(b,): angle after the stretching."""
    move: Tensor
    """(b, 2): pixels to the right and downwards."""


def transformed(images: Tensor, geometry: Geometry, warp: Warp) -> Tensor:
    """Images (b, c, s, s) after all of ``geometry``.

    Mirroring and quarter turns reorder the pixels; the other transformations are composed to one affine map and take
    one resampling. The paper composes all of them. Where the image ends and its reflection begins that is the same, but
    the filter is not symmetric, and a mirrored image would no longer show the same pixels.
    """
    linear, offset = sources(geometry)
    return warp(blitted(images, geometry.flip, geometry.turns), linear, offset)


def blitted(images: Tensor, flip: Tensor, turns: Tensor) -> Tensor:
    """Images (b, c, s, s), mirrored where ``flip`` (b,) is true and then turned ``turns`` (b,) times by 90 degrees."""
    flip, half, quarter = (chosen[:, None, None, None] for chosen in (flip, turns >= 2, turns % 2 == 1))
    # A half turn mirrors both axes, a quarter turn mirrors left to right and swaps the axes.
    images = torch.where(flip ^ half ^ quarter, images.flip(3), images)
    images = torch.where(half, images.flip(2), images)
    return torch.where(quarter, images.mT, images)


def sources(geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Where pixels come from, beyond flip and turns: a linear map (b, 2, 2) and what is added to it (b, 2)."""
    before, after = _rotation(-geometry.turn_before), _rotation(-geometry.turn_after)
    narrower = torch.stack([1 / geometry.stretch, geometry.stretch], dim=1)
    linear = before @ (narrower[:, :, None] * after) / geometry.scale[:, None, None]
    return linear, -(linear @ geometry.move[:, :, None])[:, :, 0] - geometry.shift


def _rotation(angles: Tensor) -> Tensor:
    """Rotations counterclockwise where y points downwards: (b,) to (b, 2, 2)."""
    cosine, sine = angles.cos(), angles.sin()
    return torch.stack([cosine, sine, -sine, cosine], dim=1).view(-1, 2, 2)
