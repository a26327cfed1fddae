"""Training state as plain files: nested values that hold tensors become safetensors and JSON. Nothing is pickled."""

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import load, save

STRUCTURE = "state.json"
TENSORS = "tensors.safetensors"

_TENSOR = "tensor"
_MAPPING = "mapping"
_TUPLE = "tuple"


def pack_state(state: Any) -> dict[str, bytes]:
    """Files that hold ``state``: dicts (keys: text or whole numbers), lists and tuples of tensors and JSON values.

    Tensors come back bit for bit on the CPU, whatever device they were on; floats come back exactly, NaN and infinity
    included. Raises TypeError for anything else, since a checkpoint that loses something is worse than none.
    """
    tensors: dict[str, torch.Tensor] = {}
    structure = _pack(state, tensors)
    return {STRUCTURE: json.dumps(structure).encode(), TENSORS: save(tensors)}


def unpack_state(files: Mapping[str, bytes]) -> Any:
    """What ``pack_state`` was given. Raises KeyError where a file is missing."""
    return _unpack(json.loads(files[STRUCTURE]), load(files[TENSORS]))


def _pack(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        name = str(len(tensors))
        # A copy of its own: safetensors refuses tensors that share memory, and keeps strides of none.
        tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {_TENSOR: name}
    if isinstance(value, dict):
        if not all(isinstance(key, str) or type(key) is int for key in value):
            raise TypeError(f"a state's keys are text or whole numbers, not {list(value)!r}")
        # Pairs, because JSON would turn an optimizer's numbered keys into text.
        return {_MAPPING: [[key, _pack(item, tensors)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {_TUPLE: [_pack(item, tensors) for item in value]}
    if isinstance(value, list):
        return [_pack(item, tensors) for item in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise TypeError(f"a state holds tensors and JSON values, not {type(value).__name__}")


def _unpack(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpack(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == _TENSOR:
        return tensors[content]
    if kind == _TUPLE:
        return tuple(_unpack(item, tensors) for item in content)
    return {key: _unpack(item, tensors) for key, item in content}
