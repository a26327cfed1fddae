"""Changes of brightness, contrast, luma, hue and saturation."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Colour:
    """What happens to the colours of each of b images, in this order."""

    brightness: Tensor
    """(b,): added to every channel."""
    contrast: Tensor
    """(b,): every channel is multiplied by it."""
    inversion: Tensor
    """(b,) bool: light and dark changed places, with hue and saturation kept."""
    hue: Tensor
    """(b,): angle in radians, around the axis on which red, green and blue are equal."""
    saturation: Tensor
    """(b,): the part of the colours off that axis is multiplied by it."""


def recoloured(images: Tensor, colour: Colour) -> Tensor:
    """Images (b, 3, s, s), or grey ones (b, 1, s, s), which lie on the axis that hue and saturation leave alone.

    Brightness and inversion act along the axis, hue and saturation across it, contrast on both, so that their order
    hardly matters, and all are one matrix and one offset.
    """
    along = torch.where(colour.inversion, -colour.contrast, colour.contrast)
    offset = (along * colour.brightness)[:, None, None, None]
    if images.shape[1] == 1:
        return images * along[:, None, None, None] + offset
    matrix = along[:, None, None] * _AXIS.to(images) + colour.contrast[:, None, None] * _across(colour)
    return (matrix @ images.flatten(2)).view_as(images) + offset


def _across(colour: Colour) -> Tensor:
    """Rotation and scaling of the plane across the axis: (b, 3, 3) (Rodrigues' formula)."""
    cosine = (colour.saturation * colour.hue.cos())[:, None, None]
    sine = (colour.saturation * colour.hue.sin())[:, None, None]
    axis = _AXIS.to(cosine)
    return cosine * (torch.eye(3).to(axis) - axis) + sine * _QUARTER.to(axis)


_AXIS = torch.full((3, 3), 1 / 3, dtype=torch.float64)
"""Projection on the axis."""
_QUARTER = torch.tensor([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=torch.float64) / 3**0.5
"""Cross product with the axis: a quarter turn of the plane across it."""
