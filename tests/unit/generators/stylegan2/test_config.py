"""Configurations of StyleGAN2: the published ones, what follows from them, and values that do not fit."""

from typing import Any

import pytest

from fer.errors import RequestError
from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.entry import STYLEGAN2_32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"configuration": "larg"}, r"generators\.mine\.options\.configuration: Input should be 'auto', 'cifar' or"),
        ({"r1": 1.0}, r"generators\.mine\.options\.r1: unknown key; .*r1_weight"),
        ({"augment": {"color": True}}, r"generators\.mine\.options\.augment\.color: unknown key; .*colour"),
        ({"learning_rate": -1.0}, r"generators\.mine\.options\.learning_rate: .*, not -1\.0"),
        ({"batch_size": 6}, r"generators\.mine\.options: minibatch_group 4 does not divide batch_size 6$"),
        (
            {"deviation_channels": 3},
            r"generators\.mine\.options: deviation_channels 3 does not divide the 512 features",
        ),
        ({"final_mismatch": 0.0}, r"generators\.mine\.options\.final_mismatch: .* greater than 0, not 0\.0"),
    ],
)
def test_options_that_do_not_fit_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        STYLEGAN2_32.check_options("mine", options)


def test_ways_of_sampling_that_do_not_fit_are_named() -> None:
    with pytest.raises(RequestError, match=r"generators\.mine\.sampling\.trunc: unknown key; .*truncation"):
        STYLEGAN2_32.check_sampling("mine", {"trunc": 0.5})


PUBLISHED: dict[str, dict[str, Any]] = {
    "auto": {
        "configuration": "auto",
        "channel_base": 16384,
        "channel_max": 512,
        "generator_base": None,
        "noise_size": 512,
        "style_size": 512,
        "mapping_layers": 2,
        "label_layers": 8,
        "architecture": "residual",
        "batch_size": 32,
        "learning_rate": 0.0025,
        "final_learning_rate": None,
        "lazy_always": False,
        "r1_weight": None,
        "final_r1_weight": None,
        "path_length_weight": 2.0,
        "style_mixing": 0.9,
        "minibatch_group": 4,
        "deviation_channels": 1,
        "ema_kimg": None,
        "ema_ramp": 0.05,
        "mismatch": 0.0,
        "final_mismatch": None,
        "flip": True,
        "augment": {
            "blit": True, "geometric": True, "colour": True, "filter": False, "noise": False, "cutout": False,
        },
        "ada_target": 0.6,
        "ada_kimg": 500.0,
        "tick_kimg": 1.0,
        "snapshot_kimg": 20.0,
    },
    "cifar": {
        "configuration": "cifar",
        "channel_base": 32768,
        "channel_max": 512,
        "generator_base": None,
        "noise_size": 512,
        "style_size": 512,
        "mapping_layers": 2,
        "label_layers": 8,
        "architecture": "plain",
        "batch_size": 64,
        "learning_rate": 0.0025,
        "final_learning_rate": None,
        "lazy_always": True,
        "r1_weight": 0.01,
        "final_r1_weight": None,
        "path_length_weight": 0.0,
        "style_mixing": 0.0,
        "minibatch_group": 32,
        "deviation_channels": 1,
        "ema_kimg": 500.0,
        "ema_ramp": 0.05,
        "mismatch": 0.0,
        "final_mismatch": None,
        "flip": False,
        "augment": {
            "blit": True, "geometric": True, "colour": True, "filter": False, "noise": False, "cutout": False,
        },
        "ada_target": 0.6,
        "ada_kimg": 500.0,
        "tick_kimg": 1.0,
        "snapshot_kimg": 20.0,
    },
}  # fmt: skip
"""What the authors' code trains with, but for mirroring in ``auto``, rows and sheets."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_configurations_are_the_published_ones(name: str) -> None:
    assert parse("", {"configuration": name}).model_dump() == PUBLISHED[name]


@pytest.mark.parametrize(
    ("options", "half_life", "penalties"),
    [
        ({}, 10.0, (0.0064, 0.0256)),
        ({"batch_size": 16}, 5.0, (0.0128, 0.0512)),
        ({"configuration": "cifar"}, 500.0, (0.01, 0.01)),
    ],
)
def test_what_follows_from_side_and_batch_is_as_published(
    options: dict[str, Any], half_life: float, penalties: tuple[float, float]
) -> None:
    parsed = parse("", options)
    assert parsed.half_life == half_life
    assert tuple(parsed.gradient_penalty(side) for side in (32, 64)) == pytest.approx(penalties)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0.0025, 0.0025, 0.0025, 0.0064, 0.0]),
        ({"final_learning_rate": 0.0001}, [0.0025, 0.0005, 0.0001, 0.0064, 0.0]),
        ({"r1_weight": 1.0, "final_r1_weight": 4.0}, [0.0025, 0.0025, 0.0025, 2.0, 0.0]),
        ({"r1_weight": 0.0, "final_r1_weight": 4.0}, [0.0025, 0.0025, 0.0025, 0.0, 0.0]),
        ({"mismatch": 0.4, "final_mismatch": 0.1}, [0.0025, 0.0025, 0.0025, 0.0064, 0.2]),
        ({"mismatch": 0.0, "final_mismatch": 0.1}, [0.0025, 0.0025, 0.0025, 0.0064, 0.0]),
    ],
)
def test_values_stay_or_go_to_their_final_ones_by_equal_factors(
    options: dict[str, float], expected: list[float]
) -> None:
    """``expected``: the rate at the start, in the middle and at the end, penalty and wrong labels in the middle."""
    parsed = parse("", options)
    rates = [parsed.learning_rate_at(progress) for progress in (0.0, 0.5, 1.0)]
    middle = [parsed.gradient_penalty(32, 0.5), parsed.mismatch_at(0.5)]
    assert rates + middle == pytest.approx(expected)
