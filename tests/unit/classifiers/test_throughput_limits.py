"""What the benchmark of training says where a figure misses its limit."""

from typing import Any

import pytest

from tests.benchmarks.train_throughput import missed

SOUND: dict[str, Any] = {
    "ratios": {"cnn": 0.5},
    "epoch_over_network": {"cnn": 1.15, "resnet18": 1.0},
    "precision_over_best": {"cnn": 0.95, "resnet18": 1.0},
    "augmentation_ratio": 3.0,
}


def test_figures_at_their_limits_pass() -> None:
    assert missed(SOUND) == []


@pytest.mark.parametrize(
    ("figure", "value", "said"),
    [
        ("epoch_over_network", {"cnn": 1.1, "resnet18": 1.16}, "epoch_over_network resnet18 is 1.16; at most 1.15"),
        ("precision_over_best", {"cnn": 0.94, "resnet18": 1.0}, "precision_over_best cnn is 0.94; at least 0.95"),
        ("augmentation_ratio", 2.9, "augmentation_ratio is 2.9; at least 3.0"),
    ],
)
def test_a_figure_that_misses_its_limit_is_named(figure: str, value: Any, said: str) -> None:
    (line,) = missed({**SOUND, figure: value})
    assert line.startswith(said)
