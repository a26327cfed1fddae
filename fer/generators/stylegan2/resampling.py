"""Up- and downsampling with the low-pass filter [1, 3, 3, 1].

Features are filtered by depthwise convolutions, in one step of 4 x 4 taps. On a processor with AVX512 and bf16 one
takes, at 24 channels of 32 px to 96 of 8, a sixth of the time of a dense 3 x 3 convolution or less, in bf16 about a
quarter, and at 128 channels of 32 px less than a tenth. Two separable steps of 4 taps take up to twice as long in
single precision, about as long in bf16. Images, of one channel, are doubled by two small products, which take a sixth
of a transposed convolution's time or less, backward a third to three quarters. What holds on a machine is what
``tests/benchmarks/stylegan2_layers.py`` prints.
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

TAPS = (1.0, 3.0, 3.0, 1.0)


def blur(images: Tensor, padding: int, *, gain: float = 1.0) -> Tensor:
    """``images`` (b, c, h, w) through the filter, with so many zeros on each side: 2 ``padding`` - 3 places more."""
    channels = images.shape[1]
    filters = _filter(gain, images.dtype, images.device).expand(channels, 1, 4, 4)
    return functional.conv2d(images, filters, padding=padding, groups=channels)


def double(images: Tensor) -> Tensor:
    """``images`` (b, 1, h, w) brought to twice the side: zeros between the places, then the filter."""
    down, across = (_doubling(side, images.dtype, images.device) for side in images.shape[2:])
    return down @ images @ across.t()


# Both are made once. They are used with gradients, whatever the first use was.


@cache
@torch.inference_mode(False)
def _filter(gain: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    taps = torch.tensor(TAPS, dtype=dtype, device=device)
    return (taps.outer(taps) * (gain / taps.sum() ** 2)).view(1, 1, 4, 4)


@cache
@torch.inference_mode(False)
def _doubling(side: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """(2 side, side): what each old place gives to each new one; the filter's taps sum to two."""
    taps = torch.tensor(TAPS, dtype=dtype, device=device)
    spread = torch.zeros(2 * side + 2, side, dtype=dtype, device=device)
    for place in range(side):
        spread[2 * place : 2 * place + 4, place] = taps * (2 / taps.sum())
    return spread[1:-1]
