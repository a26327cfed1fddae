"""torchvision's classifiers, with grey images repeated to three channels inside."""

import re

import torchvision
from torch import nn

from fer.classifiers.network import ColourDoor, Network, State

# densenet's published files still use dots where today's modules have none (torchvision renames them in the same way).
_DENSENET_KEY = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)$")


def build(name: str, classes: int) -> Network:
    """torchvision's network of that name, not pretrained, with ``classes`` outputs."""
    backbone: nn.Module = torchvision.models.get_model(name, weights=None, num_classes=classes)
    head = [layer for layer, module in backbone.named_modules() if isinstance(module, nn.Linear)][-1]
    return Network(ColourDoor(backbone), backbone, (head,), _rename)


def _rename(state: State) -> State:
    return {_DENSENET_KEY.sub(r"\1\2", key): value for key, value in state.items()}
