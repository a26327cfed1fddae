"""Each change of colour at a known strength, against explicit matrices."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fer.generators.stylegan2.augment.colour import recoloured
from tests.unit.generators.stylegan2.augment.helpers import Floats, neutral_colour, noise_images

AXIS = np.full(3, 1 / math.sqrt(3))
"""Where red, green and blue are equal."""


def changed(images: Tensor, **strengths: Any) -> Tensor:
    """Images after these strengths and no others, the same for all."""
    neutral = neutral_colour(len(images))
    given = {
        name: torch.full_like(getattr(neutral, name), value if isinstance(value, bool) else float(value))
        for name, value in strengths.items()
    }
    return recoloured(images, replace(neutral, **given))


def mapped(images: Tensor, matrix: Floats) -> Floats:
    """Every pixel's colour multiplied by ``matrix`` (3, 3)."""
    values: Floats = np.einsum("ij,bjyx->biyx", matrix, images.numpy())
    return values


def hue_matrix(angle: float) -> Floats:
    """A rotation about AXIS, as a turn between two unit vectors across it."""
    first = np.array([1, -1, 0]) / math.sqrt(2)
    second = np.cross(AXIS, first)
    across = np.outer(first, first) + np.outer(second, second)
    turn = np.outer(second, first) - np.outer(first, second)
    matrix: Floats = np.outer(AXIS, AXIS) + math.cos(angle) * across + math.sin(angle) * turn
    return matrix


@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_changes_at_the_neutral_strengths(channels: int) -> None:
    images = noise_images(2, channels, 16)
    torch.testing.assert_close(changed(images), images, atol=1e-15, rtol=0)


@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_is_added_and_contrast_multiplies_what_is_then_there(channels: int) -> None:
    images = noise_images(2, channels, 16)
    torch.testing.assert_close(changed(images, brightness=0.3), images + 0.3)
    torch.testing.assert_close(changed(images, contrast=1.7), images * 1.7)
    torch.testing.assert_close(changed(images, brightness=0.3, contrast=1.7), (images + 0.3) * 1.7)


def test_inversion_reflects_colours_at_the_plane_across_the_axis() -> None:
    images = noise_images(2, 3, 16)
    householder = np.eye(3) - 2 * np.outer(AXIS, AXIS)
    np.testing.assert_allclose(changed(images, inversion=True), mapped(images, householder), atol=1e-14)


def test_inversion_of_a_grey_image_is_its_negative() -> None:
    images = noise_images(2, 1, 16)
    torch.testing.assert_close(changed(images, inversion=True), -images)


@pytest.mark.parametrize("angle", [0.3, -1.2, math.pi])
def test_hue_rotates_colours_about_the_axis(angle: float) -> None:
    images = noise_images(2, 3, 16)
    np.testing.assert_allclose(changed(images, hue=angle), mapped(images, hue_matrix(angle)), atol=1e-14)


def test_a_third_of_a_turn_of_hue_passes_the_channels_on() -> None:
    images = noise_images(2, 3, 16)
    torch.testing.assert_close(changed(images, hue=2 * math.pi / 3), images.roll(1, dims=1))


def test_saturation_scales_the_distance_from_grey() -> None:
    images = noise_images(2, 3, 16)
    grey = images.mean(dim=1, keepdim=True)
    torch.testing.assert_close(changed(images, saturation=0.4), grey + 0.4 * (images - grey))


def test_everything_at_once_happens_in_the_published_order() -> None:
    """Appendix B: brightness, contrast, luma flip, hue, saturation."""
    images = noise_images(2, 3, 16)
    luma = np.outer(AXIS, AXIS)
    later = (luma + 0.6 * (np.eye(3) - luma)) @ hue_matrix(0.8) @ (np.eye(3) - 2 * luma)
    expected = mapped((images + 0.2) * 1.4, later)
    result = changed(images, brightness=0.2, contrast=1.4, inversion=True, hue=0.8, saturation=0.6)
    np.testing.assert_allclose(result, expected, atol=1e-14)


def test_hue_and_saturation_leave_grey_as_it_is() -> None:
    images = noise_images(2, 1, 16)
    torch.testing.assert_close(changed(images, hue=1.0, saturation=0.3), images)


def test_grey_image_changes_as_one_of_three_equal_channels() -> None:
    images = noise_images(2, 1, 16)
    strengths = {"brightness": 0.2, "contrast": 1.4, "inversion": True, "hue": 0.8, "saturation": 0.6}
    coloured = changed(images.expand(-1, 3, -1, -1), **strengths)
    torch.testing.assert_close(coloured, changed(images, **strengths).expand(-1, 3, -1, -1))
