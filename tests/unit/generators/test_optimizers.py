import pytest
import torch
from torch import nn

from fer.generators.optimizers import gradient_norm


def test_the_norm_is_over_the_gradients_of_all_weights_that_have_one() -> None:
    network = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1, bias=False), nn.Linear(3, 3))
    first, bias, second, *_ = network.parameters()
    first.grad, bias.grad, second.grad = torch.tensor([[1.0, -2.0]]), torch.tensor([4.0]), torch.tensor([[-10.0]])
    assert gradient_norm(network).item() == pytest.approx(11.0)
