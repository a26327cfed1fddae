"""What a model brings to the training of its networks."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn

from fer.generators.base import TrainedGenerator


class Trainer(Protocol):
    """One step of a training, and what follows from it."""

    @property
    def figures(self) -> Sequence[str]:
        """Names of what ``step`` returns."""

    @property
    def average(self) -> nn.Module:
        """The averaged generator; its state is what an artifact holds."""

    def step(self, images: Tensor, labels: Tensor, random: np.random.Generator, shown: int) -> Tensor:
        """Show real images, uint8 (b, 1, side, side), with their labels (b,), after ``shown`` others.

        Returns the figures, float32 (len(figures),), on the device.
        """

    def beyond_limits(self, figures: Mapping[str, float]) -> str | None:
        """What is wrong with a row's means, in words that follow "from 3 to 23 kimg"; None where nothing is."""

    def sampler(self) -> TrainedGenerator:
        """The averaged generator as it is now."""

    def parameters(self) -> dict[str, int]:
        """Trainable parameters of each network."""

    def advice(self) -> str:
        """What to change where training diverges."""

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, as nested dicts of tensors and numbers."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a ``state()``."""


def parameters_of(**networks: nn.Module) -> dict[str, int]:
    """Trainable parameters of each network."""
    return {name: sum(one.numel() for one in network.parameters()) for name, network in networks.items()}
