"""Affine warps of images, to be differentiated as often as one likes.

Upsampling and downsampling are products with fixed matrices, and the samples between are weighted sums of gathered
ones. PyTorch's ``grid_sample`` would do for the latter, but it cannot be differentiated twice, and on a GPU its
gradient is refused where results must be reproducible; ``gather`` and its gradient are allowed there.
"""

import torch
from torch import Tensor

from fer.generators.stylegan2.augment.wavelets import DELAY, LEAD, downsampling, upsampling


class Warp:
    """Warps images of one side: twice the resolution, bilinear samples, half the resolution (arXiv 2006.06676, app. B).

    The low-pass filter is the orthogonal SYM6, so that the identity and translations by whole pixels come out exactly.
    Outside, the image goes on by reflection, without end.
    """

    def __init__(self, side: int, device: torch.device | str, dtype: torch.dtype) -> None:
        self._up = upsampling(side).to(device, dtype)
        self._down = downsampling(side).to(device, dtype)
        self._period = len(self._up) - 1
        samples = torch.arange(self._down.shape[1], device=device, dtype=dtype)
        self._samples = samples - LEAD
        # Fine sample m shows what lies at (m + LEAD - DELAY) / 2 pixels, here from the centre of the image.
        self._places = (samples - DELAY) / 2 - (side - 1) / 2

    def __call__(self, images: Tensor, linear: Tensor, offset: Tensor) -> Tensor:
        """Images (b, c, s, s) whose pixel at r shows what was at ``linear`` r + ``offset`` before.

        r = (x to the right, y downwards) in pixels from the centre; ``linear``: (b, 2, 2), ``offset``: (b, 2).
        """
        fine = self._up @ (images @ self._up.mT)
        across = self._sources(linear[:, 0], offset[:, 0], self._samples[None, :])
        down = self._sources(linear[:, 1], offset[:, 1], self._samples[:, None], column=1)
        warped = self._bilinear(fine, across, down)
        return self._down @ (warped @ self._down.mT)

    def _sources(self, row: Tensor, offset: Tensor, samples: Tensor, column: int = 0) -> Tensor:
        """One coordinate, in fine samples, of where each of the warped image's fine samples comes from: (b, q, q).

        Written as what is added to the sample's own coordinate, so that no rounding disturbs the identity.
        """
        x, y = self._places[None, :], self._places[:, None]
        change = row - torch.eye(2, device=row.device, dtype=row.dtype)[column]
        moved = change[:, 0, None, None] * x + change[:, 1, None, None] * y + offset[:, None, None]
        return samples + 2 * moved

    def _bilinear(self, fine: Tensor, across: Tensor, down: Tensor) -> Tensor:
        """Bilinear samples (b, c, q, q) of periodic images (b, c, period + 1, period + 1), last row as first."""
        batch, channels, width, _ = fine.shape
        left, top = across.floor(), down.floor()
        corner = (wrapped(top, self._period) * width + wrapped(left, self._period)).long().flatten(1)[:, None]
        pixels = fine.flatten(2)
        # Four gathers, not one of four times the length: what is written to memory takes the time.
        top_left, top_right, bottom_left, bottom_right = (
            pixels.gather(2, (corner + step).expand(-1, channels, -1)) for step in (0, 1, width, width + 1)
        )
        right_share, bottom_share = (share.flatten(1)[:, None] for share in (across - left, down - top))
        above = torch.lerp(top_left, top_right, right_share)
        below = torch.lerp(bottom_left, bottom_right, right_share)
        return torch.lerp(above, below, bottom_share).view(batch, channels, *across.shape[1:])


def wrapped(samples: Tensor, period: int) -> Tensor:
    """Whole numbers brought into [0, period). ``remainder`` takes longer (``tests/benchmarks/augmentation.py``)."""
    return samples - (samples / period).floor() * period
