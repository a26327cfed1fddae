"""Classifiers by name: one line each. Networks are imported when they are built: a study's names cost no torch."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fer.errors import RequestError
from fer.naming import nearest

if TYPE_CHECKING:
    from torch import nn

    from fer.classifiers.network import Network

TIMM_PREFIX = "timm:"


@dataclass(frozen=True)
class Classifier:
    """Where a network is built, and its size."""

    module: str
    """Module with ``build(name: str, classes: int) -> Network``."""
    parameters: float
    """Millions of parameters: with seven outputs for our own networks, with ImageNet's 1000 for the others."""


CLASSIFIERS: dict[str, Classifier] = {
    "cnn": Classifier("fer.classifiers.cnn", 3.60),
    "resemotenet": Classifier("fer.classifiers.resemotenet", 80.20),
    "shufflenet_v2_x1_5": Classifier("fer.classifiers.torchvision_models", 3.50),
    "efficientnet_b0": Classifier("fer.classifiers.torchvision_models", 5.29),
    "mobilenet_v3_large": Classifier("fer.classifiers.torchvision_models", 5.48),
    "densenet121": Classifier("fer.classifiers.torchvision_models", 7.98),
    "resnet18": Classifier("fer.classifiers.torchvision_models", 11.69),
    "resnet50": Classifier("fer.classifiers.torchvision_models", 25.56),
    "convnext_tiny": Classifier("fer.classifiers.torchvision_models", 28.59),
}


def known_classifiers() -> list[str]:
    """Names of the registered classifiers; any network of timm's may be named besides, as ``timm:<name>``."""
    return list(CLASSIFIERS)


def is_known_classifier(name: str) -> bool:
    """Whether ``name`` is registered or names a network of timm's (which is looked up when it is built)."""
    return name in CLASSIFIERS or (name.startswith(TIMM_PREFIX) and len(name) > len(TIMM_PREFIX))


def build_classifier(name: str, classes: int, weights: Path | None = None) -> nn.Module:
    """A network that takes floats (b, 1, 48, 48) in [0, 1] and returns logits (b, classes).

    It is initialised from torch's global random state, and everything but its last layer then comes from ``weights``
    (.pth or .safetensors) where given. Raises RequestError for an unknown name or a file that does not fit.
    """
    network = build_network(name, classes)
    if weights is not None:
        import_module("fer.classifiers.weights").load_weights(network, name, weights)
    return network.model


def build_network(name: str, classes: int) -> Network:
    """The same with its own initial weights, and where its last layer is. Raises RequestError for an unknown name."""
    if name.startswith(TIMM_PREFIX):
        module = "fer.classifiers.timm_models"
    elif name in CLASSIFIERS:
        module = CLASSIFIERS[name].module
    else:
        known = [*CLASSIFIERS, f"{TIMM_PREFIX}<name>"]
        raise RequestError(f"classifier {name} is unknown; {nearest(name, known)}")
    network: Network = import_module(module).build(name, classes)
    return network
