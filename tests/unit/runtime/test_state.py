"""Training state to plain files and back, bit for bit."""

import json
import math
from typing import Any

import pytest
import torch

from fer.runtime.state import pack_state, unpack_state


def same(left: Any, right: Any) -> bool:
    """Equal in structure, types and bits."""
    if isinstance(left, torch.Tensor):
        return left.dtype == right.dtype and left.shape == right.shape and torch.equal(left, right)
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and (left == right or (left != left and right != right))


@pytest.mark.parametrize(
    "state",
    [
        {"a": torch.rand(3, 4), "b": [torch.arange(5), {"c": (1, 2.5, None, True, "text")}]},
        {0: {"step": torch.tensor(7.0)}, 1: {"step": torch.tensor(8.0)}},
        {"half": torch.rand(4).half(), "bf16": torch.rand(4).bfloat16(), "bytes": torch.get_rng_state()},
        {"transposed": torch.rand(3, 5).T, "empty": torch.empty(0, 7), "scalar": torch.tensor(3, dtype=torch.int64)},
        {"tensor": {"tensor": "0"}, "mapping": [], "tuple": ()},
        {"third": 1 / 3, "tiny": 5e-324, "inf": math.inf, "nan": math.nan},
        [],
        None,
    ],
)
def test_what_goes_in_comes_out(state: Any) -> None:
    assert same(unpack_state(pack_state(state)), state)


def test_tensors_that_share_memory_are_kept_apart() -> None:
    whole = torch.arange(10.0)
    restored = unpack_state(pack_state({"whole": whole, "part": whole[2:5], "again": whole}))
    assert torch.equal(restored["part"], whole[2:5])
    restored["whole"].zero_()
    assert torch.equal(restored["again"], whole)


def test_an_optimizers_state_survives() -> None:
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    layer(torch.rand(4, 3)).sum().backward()
    optimizer.step()
    restored = unpack_state(pack_state(optimizer.state_dict()))
    assert same(restored, optimizer.state_dict())
    torch.optim.AdamW(layer.parameters()).load_state_dict(restored)


def test_the_files_are_json_and_safetensors() -> None:
    files = pack_state({"a": torch.rand(2), "b": 1})
    assert set(files) == {"state.json", "tensors.safetensors"}
    json.loads(files["state.json"])


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", {(1, 2): 3}, {True: 1}])
def test_what_cannot_be_kept_is_an_error(value: Any) -> None:
    with pytest.raises(TypeError):
        pack_state({"value": value})
