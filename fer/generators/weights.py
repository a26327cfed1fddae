"""Weights of trained networks as safetensors files."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write the weights under a temporary name and rename the file."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(save({name: tensor.cpu().contiguous() for name, tensor in weights.items()}))
    unfinished.replace(path)
