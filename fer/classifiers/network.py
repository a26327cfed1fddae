"""What building a classifier returns, and the door through which grey faces enter a network made for colour."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

State = Mapping[str, Tensor]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Network:
    """A model and what loading weights into it needs."""

    model: nn.Module
    """Takes floats (b, 1, 48, 48) in [0, 1] and returns logits (b, classes)."""
    backbone: nn.Module
    """The part of the model that weights are made for."""
    head: tuple[str, ...]
    """Names, within the backbone, of the layers that give the logits; weights never replace them."""
    rename: Callable[[State], State] = lambda state: state
    """Turns the keys of a published file into those of the backbone."""


class ColourDoor(nn.Module):
    """Repeats grey to three channels and normalises them as ImageNet networks expect."""

    mean: Tensor
    inverse_std: Tensor

    def __init__(
        self, backbone: nn.Module, mean: tuple[float, ...] = IMAGENET_MEAN, std: tuple[float, ...] = IMAGENET_STD
    ) -> None:
        super().__init__()
        self.backbone = backbone
        # Constants of the network, not something that is learned or kept with its state.
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("inverse_std", 1 / torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Grey floats (b, 1, h, w) in [0, 1] to logits (b, classes)."""
        colour = (images - self.mean) * self.inverse_std
        logits: Tensor = self.backbone(colour.contiguous(memory_format=torch.channels_last))
        return logits
