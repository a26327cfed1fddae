"""What the trainings of generators share about optimizers."""

from typing import Any

import torch
from torch import Tensor


def gradient_norm(network: torch.nn.Module) -> Tensor:
    """Norm of the gradient over all of a network's weights, on their device."""
    return torch.nn.utils.get_total_norm([p.grad for p in network.parameters() if p.grad is not None])


def restore_optimizer(optimizer: torch.optim.Optimizer, state: dict[int, Any]) -> None:
    """Give an optimizer the ``state`` part of another one's ``state_dict()``."""
    whole = optimizer.state_dict()
    whole["state"] = state
    optimizer.load_state_dict(whole)
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if value.shape == parameter.shape:
                # In the parameter's own memory layout: another one takes another path through the same arithmetic.
                values[name] = torch.empty_like(parameter).copy_(value)
