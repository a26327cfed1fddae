"""Wavelet filters as matrices that act on one axis of an image, with the image continued by reflection.

An image of side s is continued by mirroring it at its outermost pixels without repeating them, again and again: pixel
n of the plane is pixel ``reflected(n)`` of the image. That has the period 2 (s - 1), so one period says everything, and
no margin has to be chosen.
"""

import torch
from torch import Tensor

SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)
"""Low-pass filter of the symlet with six vanishing moments (PyWavelets 1.9, ``Wavelet("sym6").dec_lo``). Its squares
sum to one and its even translates are orthogonal; it sums to the square root of two."""
SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
"""The same with two vanishing moments (``Wavelet("sym2").dec_lo``)."""

BANDS = 4
DELAY = sum(tap * weight for tap, weight in enumerate(SYM6)) / sum(SYM6)
"""By how many samples SYM6 delays what is slow: its taps' centre of mass, since no orthogonal filter is symmetric."""
LEAD = len(SYM6) // 2 - 1
"""Pixel n reaches the fine samples from 2 n - LEAD on."""


def reflected(positions: Tensor, side: int) -> Tensor:
    """The pixel of an image that lies at each whole position of the continued plane."""
    period = 2 * (side - 1)
    inside = positions.remainder(period)
    return torch.minimum(inside, period - inside)


def upsampling(side: int) -> Tensor:
    """From s pixels to one period of fine samples, two for each pixel, and the first of them again: (4 s - 3, s)."""
    fine = torch.arange(4 * (side - 1) + 1)
    matrix = torch.zeros(len(fine), side, dtype=torch.float64)
    for tap, weight in enumerate(SYM6):
        twice = fine + LEAD - tap
        rows = twice.remainder(2) == 0
        pixels = reflected(twice[rows].div(2, rounding_mode="floor"), side)
        matrix[fine[rows], pixels] += weight * 2**0.5
    return matrix


def downsampling(side: int) -> Tensor:
    """From 2 s + 10 fine samples, the first at -LEAD, to s pixels: (s, 2 s + 10).

    The transpose of ``upsampling`` but for reflection and gain, so that one after the other changes nothing.
    """
    pixels = torch.arange(side)
    matrix = torch.zeros(side, 2 * (side - 1) + len(SYM6), dtype=torch.float64)
    for tap, weight in enumerate(SYM6):
        matrix[pixels, 2 * pixels + tap] = weight / 2**0.5
    return matrix


def bands(side: int) -> Tensor:
    """What each of four frequency bands holds of s pixels; together they are the identity: (4, s, s).

    The bands reach up to pi/8, pi/4, pi/2 and pi. Each is a symmetric filter: the square of SYM2's response, or what it
    leaves, at the band's octave, behind the squares at all finer octaves.
    """
    low = torch.tensor(SYM2, dtype=torch.float64)
    smooth = _convolved(low, low.flip(0)) / 2
    detail = -smooth
    detail[len(smooth) // 2] += 1
    passed = torch.ones(1, dtype=torch.float64)
    filters: list[Tensor] = []
    for octave in range(BANDS - 1):
        filters.insert(0, _convolved(passed, _spread(detail, 2**octave)))
        passed = _convolved(passed, _spread(smooth, 2**octave))
    filters.insert(0, passed)
    return torch.stack([_symmetric(taps, side) for taps in filters])


def _convolved(first: Tensor, second: Tensor) -> Tensor:
    result = torch.zeros(len(first) + len(second) - 1, dtype=first.dtype)
    for tap, weight in enumerate(first):
        result[tap : tap + len(second)] += weight * second
    return result


def _spread(taps: Tensor, step: int) -> Tensor:
    """The filter with ``step - 1`` zeros between any two taps."""
    result = torch.zeros(step * (len(taps) - 1) + 1, dtype=taps.dtype)
    result[::step] = taps
    return result


def _symmetric(taps: Tensor, side: int) -> Tensor:
    """A filter of odd length as a matrix (s, s)."""
    pixels = torch.arange(side)
    matrix = torch.zeros(side, side, dtype=taps.dtype)
    for offset, weight in enumerate(taps, start=-(len(taps) // 2)):
        matrix[pixels, reflected(pixels + offset, side)] += weight
    return matrix
