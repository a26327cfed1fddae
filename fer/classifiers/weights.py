"""Initial weights from a file: everything but the layers that give the logits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from fer.classifiers.network import Network, State
from fer.errors import RequestError

_COUNTER = ".num_batches_tracked"
"""Ends the name of a normalisation's counter, which files from before torch 0.4.1 lack. No result depends on it."""


def load_weights(network: Network, name: str, path: Path) -> None:
    """Fill the network's backbone from ``path`` (.safetensors, or .pth read without unpickling objects).

    The head keeps its own random values. Raises RequestError where the file cannot be read or does not fit the network
    called ``name``.
    """
    state = read_weights(path)
    try:
        state = network.rename(state)
    except (KeyError, IndexError, RuntimeError, ValueError, AttributeError) as error:
        raise RequestError(f"weights {path}: not those of {name} ({_first_line(error)})") from None
    own = network.backbone.state_dict()
    given = {key: value for key, value in state.items() if not _belongs_to(key, network.head)}
    kept = {
        key: value
        for key, value in own.items()
        if _belongs_to(key, network.head) or (key.endswith(_COUNTER) and key not in given)
    }
    problem = _mismatch(given, {key: value for key, value in own.items() if key not in kept})
    if problem:
        raise RequestError(f"weights {path}: not those of {name}: {problem}")
    network.backbone.load_state_dict({**given, **kept})


def read_weights(path: Path) -> State:
    """The tensors in ``path`` (.safetensors, or .pth read without unpickling objects). Raises RequestError."""
    try:
        content: Any = (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except (OSError, SafetensorError) as error:
        raise RequestError(f"weights {path}: cannot be read ({_first_line(error)})") from None
    except Exception as error:  # torch.load lets errors of zip, pickle and the tensors' own checks through
        raise RequestError(f"weights {path}: no .pth file of plain tensors ({_first_line(error)})") from None
    if not isinstance(content, Mapping):
        raise RequestError(f"weights {path}: holds a {type(content).__name__}; a mapping of names to tensors is needed")
    # Training scripts often wrap the weights in a mapping of their own.
    for wrapper in ("state_dict", "model"):
        if isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    return {str(key): value for key, value in content.items() if isinstance(value, Tensor)}


def _mismatch(given: State, own: State) -> str:
    """In words, the first way in which the tensors do not fit; empty where they do."""
    missing = [key for key in own if key not in given]
    if missing:
        return f"{missing[0]} is missing{_more(missing)}"
    unknown = [key for key in given if key not in own]
    if unknown:
        return f"{unknown[0]} is unknown to the network{_more(unknown)}"
    for key, value in own.items():
        if value.shape != given[key].shape:
            return f"{key} has shape {tuple(given[key].shape)} instead of {tuple(value.shape)}"
    return ""


def _belongs_to(key: str, layers: tuple[str, ...]) -> bool:
    return any(key.startswith(f"{layer}.") for layer in layers)


def _more(keys: list[str]) -> str:
    return f" (and {len(keys) - 1} more)" if len(keys) > 1 else ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
