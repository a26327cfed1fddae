"""Layers with an equalised learning rate, and the constants that all networks share.

Weights are drawn from a standard normal distribution and scaled when they are used (Karras et al. 2017, arXiv
1710.10196, section 4.1), so that Adam moves all of them at the same relative speed.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.2
"""Of the leaky ReLU below zero."""
GAIN = math.sqrt(2.0)
"""With which a leaky ReLU keeps the variance, as published."""
CLAMP = 256.0
"""Largest activation in reduced precision (arXiv 2006.06676, appendix D)."""


class Linear(nn.Module):
    """A fully connected layer: (b, inputs) to (b, outputs), in single precision."""

    def __init__(
        self, inputs: int, outputs: int, *, bias: float = 0.0, active: bool = False, rate: float = 1.0
    ) -> None:
        """``bias``: its initial value; ``active``: a leaky ReLU follows; ``rate``: of learning, relative."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self._active, self._rate = active, rate
        self._scale = rate / math.sqrt(inputs)

    def forward(self, values: Tensor) -> Tensor:
        """The layer's outputs."""
        result = functional.linear(values, self.weight * self._scale, self.bias * self._rate)
        return functional.leaky_relu(result, SLOPE) * GAIN if self._active else result


def normalised(values: Tensor) -> Tensor:
    """Rows (b, n) brought to a mean square of one."""
    return values * (values.square().mean(dim=1, keepdim=True) + 1e-8).rsqrt()


def activated(values: Tensor, scale: float = 1.0) -> Tensor:
    """Leaky ReLU of ``values``, which may be overwritten and already hold the gain; clamped in reduced precision.

    ``scale``: what the values were multiplied with beside the gain, and so what the clamp is multiplied with.
    """
    return clamped(functional.leaky_relu_(values, SLOPE), scale)


def clamped(values: Tensor, scale: float = 1.0) -> Tensor:
    """``values`` within CLAMP times ``scale`` where they are of reduced precision, as they are elsewhere."""
    if values.dtype == torch.float32:
        return values
    # Not clamp: its backward pass takes five operations where this takes one.
    return functional.hardtanh(values, -CLAMP * scale, CLAMP * scale)
