"""A trained evaluator: what it reads in images, and the features by which it does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from fer.classifiers.augment import as_floats
from fer.classifiers.registry import build_network
from fer.errors import RequestError

DESCRIPTION = "evaluator.json"
WEIGHTS = "weights.safetensors"
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network makes of n images."""

    logits: NDArray[np.float32]
    """(n, classes)."""
    features: NDArray[np.float32]
    """(n, d): what goes into the layer that gives the logits."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,): the class that each image is read as, a position in the evaluator's classes."""
        read: NDArray[np.int64] = self.logits.argmax(axis=1)
        return read


class Evaluator:
    """A classifier in evaluation mode, in single precision."""

    def __init__(self, model: nn.Module, last_layer: nn.Module, device: torch.device) -> None:
        """``last_layer``: the module within ``model`` that gives the logits."""
        self._model = model.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
        self._device = device
        self._entered: list[Tensor] = []
        last_layer.register_forward_pre_hook(self._take)

    def read(self, images: NDArray[np.uint8]) -> Reading:
        """What it makes of ``images``, uint8 (n, 48, 48) with n >= 1, in batches."""
        logits, features = [], []
        with torch.inference_mode():
            for batch in torch.split(torch.from_numpy(images), _BATCH):
                self._entered.clear()
                logits.append(self._model(as_floats(batch.to(self._device))).float().cpu())
                features.append(self._entered[0].float().flatten(1).cpu())
        self._entered.clear()
        return Reading(torch.cat(logits).numpy(), torch.cat(features).numpy())

    def _take(self, _layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._entered.append(inputs[0])


def describe_evaluator(folder: Path) -> dict[str, Any]:
    """What an evaluator's artifact says of it. Raises RequestError where ``folder`` holds none."""
    try:
        described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{folder}: holds no trained evaluator ({error})") from None
    return described


def load_evaluator(folder: Path, device: str) -> Evaluator:
    """The evaluator whose artifact ``train_evaluator`` wrote; ``device``: ``cpu`` or ``cuda``.

    The caller's random state stays as it is. Raises RequestError where ``folder`` holds none.
    """
    described = describe_evaluator(folder)
    try:
        state = load_file(folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise RequestError(f"{folder}: holds no trained evaluator ({error})") from None
    with torch.random.fork_rng(devices=[]):  # initial weights, which are replaced at once
        network = build_network(described["classifier"], len(described["classes"]))
    network.model.load_state_dict(state)
    # Networks with several last layers average them; the first one's input stands for all.
    return Evaluator(network.model, network.backbone.get_submodule(network.head[0]), torch.device(device))
