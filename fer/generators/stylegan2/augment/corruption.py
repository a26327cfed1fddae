"""Filtering by bands of frequency, noise, and squares cut out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from fer.generators.stylegan2.augment.wavelets import BANDS

POWER = tuple(share / 13 for share in (10, 1, 1, 1))
"""Share of each band in an image's power, as spectra that fall with frequency have it (arXiv 2006.06676, app. B)."""
CUT = 0.5
"""Side of a cut square as a share of the image's."""


@dataclass(frozen=True)
class Corruption:
    """What happens to the pixels of each of b images."""

    gains: Tensor
    """(b, 4): by how much each band of frequencies is multiplied, from low to high."""
    noise: Tensor
    """(b,): standard deviation of the noise."""
    centre: Tensor
    """(b, 2): centre of a cut square, x and y as shares of the side."""
    cut: Tensor
    """(b,) bool: whether there is one."""


def band_gains(factors: Tensor) -> Tensor:
    """Gains of bands (b, 4) from each band's own factor (b, 4).

    The bands are changed in turn, and every time all of them are scaled so that an image of the usual spectrum keeps
    its power.
    """
    power = torch.tensor(POWER).to(factors)
    gains = torch.ones_like(factors)
    for band in range(BANDS):
        changed = torch.ones_like(factors)
        changed[:, band] = factors[:, band]
        gains = gains * changed / (power * changed.square()).sum(dim=1, keepdim=True).sqrt()
    return gains


def filtered(images: Tensor, gains: Tensor, bands: Tensor) -> Tensor:
    """Images (b, c, s, s) with the bands (4, s, s) of both axes multiplied by ``gains`` (b, 4)."""
    matrix = torch.einsum("bi,ijk->bjk", gains, bands)[:, None]
    return matrix @ (images @ matrix.mT)


def noisy(images: Tensor, strength: Tensor, noise: Tensor) -> Tensor:
    """Images (b, c, s, s) with standard normal ``noise`` (b, c, s, s) of a strength (b,) added."""
    return images + noise * strength[:, None, None, None]


def cut_out(images: Tensor, centre: Tensor, cut: Tensor) -> Tensor:
    """Images (b, c, s, s) with zeros in a square around ``centre`` (b, 2), where ``cut`` (b,) is true.

    A pixel is in the square when its centre is; the part of the square beyond the border cuts nothing.
    """
    side = images.shape[-1]
    places = (torch.arange(side).to(centre) + 0.5) / side
    across, down = ((places - centre[:, axis, None]).abs() < CUT / 2 for axis in range(2))
    square = cut[:, None, None] & down[:, :, None] & across[:, None, :]
    return images.masked_fill(square[:, None], 0.0)
