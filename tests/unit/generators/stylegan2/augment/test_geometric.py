"""Each change of shape at a known strength, against numpy and against images that are known at every point."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fer.generators.stylegan2.augment.geometric import Geometry, sources, transformed
from fer.generators.stylegan2.augment.warp import Warp
from tests.unit.generators.stylegan2.augment.helpers import Floats, Waves, neutral_geometry, noise_images

SIDES = (16, 32, 64)


def close(side: int) -> float:
    """How far a warped smooth image may be off, of a range of about 1.5.

    Bilinear samples at twice the resolution dampen a wave by up to an eighth of the square of its phase per sample:
    two hundredths for the fastest wave here, of amplitude 0.15, at 16 px.
    """
    return 0.012 * (16 / side) ** 2


def changed(images: Tensor, **strengths: Any) -> Tensor:
    """Images after these strengths and no others, each given as for one image and used for all."""
    count, side = len(images), images.shape[-1]
    neutral = neutral_geometry(count, images.dtype)
    given = {
        name: torch.as_tensor(value).to(getattr(neutral, name).dtype).expand_as(getattr(neutral, name))
        for name, value in strengths.items()
    }
    return transformed(images, replace(neutral, **given), Warp(side, "cpu", images.dtype))


def matrix(values: list[list[float]]) -> Floats:
    return np.array(values, dtype=np.float64)


def rotation(angle: float) -> Floats:
    """Counterclockwise as one looks, with y downwards, in homogeneous coordinates."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return matrix([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])


def scaling(x: float, y: float) -> Floats:
    return np.diag([x, y, 1.0])


def translation(x: float, y: float) -> Floats:
    return matrix([[1, 0, x], [0, 1, y], [0, 0, 1]])


def seen_through(waves: Waves, forward: Floats) -> Floats:
    """The image moved by ``forward``, by its formula: the new pixel at r shows the old point at inverse(r)."""
    x, y = waves.grid()
    points = np.linalg.inv(forward) @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    return waves.at(points[0].reshape(x.shape), points[1].reshape(x.shape))


@pytest.mark.parametrize("side", SIDES)
def test_nothing_changes_at_the_identity(side: int) -> None:
    images = noise_images(3, 3, side)
    torch.testing.assert_close(changed(images), images, atol=1e-11, rtol=0)
    torch.testing.assert_close(changed(images.float()), images.float(), atol=2e-6, rtol=0)


@pytest.mark.parametrize(("flip", "turns"), list(itertools.product([False, True], range(4))))
def test_mirroring_and_quarter_turns_are_those_of_numpy(flip: bool, turns: int) -> None:
    images = noise_images(2, 3, 16)
    mirrored = np.flip(images.numpy(), axis=3) if flip else images.numpy()
    expected = np.rot90(mirrored, turns, axes=(2, 3))
    np.testing.assert_allclose(changed(images, flip=flip, turns=turns), expected, atol=1e-11)


@pytest.mark.parametrize("shift", [(1, 0), (0, -2), (-4, 3), (8, 8)])
def test_translation_by_whole_pixels_moves_the_reflected_image_exactly(shift: tuple[int, int]) -> None:
    side, (right, down) = 32, shift
    images = noise_images(2, 1, side)
    padded = np.pad(images.numpy(), ((0, 0), (0, 0), (8, 8), (8, 8)), mode="reflect")
    expected = padded[:, :, 8 - down : 8 - down + side, 8 - right : 8 - right + side]
    np.testing.assert_allclose(changed(images, shift=shift), expected, atol=1e-11)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("move", [(0.5, 0.0), (0.0, -0.25), (1.7, -2.4), (-20.3, 33.3)])
def test_translation_by_fractions_of_a_pixel_moves_a_smooth_image(side: int, move: tuple[float, float]) -> None:
    waves = Waves(side)
    expected = seen_through(waves, translation(*move))
    np.testing.assert_allclose(changed(waves.image(), move=move)[0, 0], expected, atol=close(side))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("scale", [0.5, 0.8, 1.3, 2.0])
def test_scale_enlarges_a_smooth_image_about_its_centre(side: int, scale: float) -> None:
    # Made smaller, waves become faster; these stay slow enough to be told.
    waves = Waves(side, ((1, 0, 0.4), (0, 1, 0.3), (2, 1, 0.25)))
    expected = seen_through(waves, scaling(scale, scale))
    np.testing.assert_allclose(changed(waves.image(), scale=scale)[0, 0], expected, atol=close(side))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("stretch", [0.7, 1.2, 1.5])
def test_stretch_widens_and_lowers_a_smooth_image(side: int, stretch: float) -> None:
    waves = Waves(side, ((1, 0, 0.4), (0, 1, 0.3), (2, 1, 0.25)))
    expected = seen_through(waves, scaling(stretch, 1 / stretch))
    np.testing.assert_allclose(changed(waves.image(), stretch=stretch)[0, 0], expected, atol=close(side))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("angle", [0.1, math.pi / 4, math.pi / 2, 3.0, -2.0])
@pytest.mark.parametrize("name", ["turn_before", "turn_after"])
def test_rotation_turns_a_smooth_image_counterclockwise(side: int, angle: float, name: str) -> None:
    waves = Waves(side)
    np.testing.assert_allclose(
        changed(waves.image(), **{name: angle})[0, 0], seen_through(waves, rotation(angle)), atol=close(side)
    )


def test_rotation_by_a_right_angle_agrees_with_a_quarter_turn() -> None:
    image = Waves(32).image()
    torch.testing.assert_close(changed(image, turn_after=math.pi / 2), changed(image, turns=1), atol=close(32), rtol=0)


@pytest.mark.parametrize("side", SIDES)
def test_everything_at_once_happens_in_the_published_order(side: int) -> None:
    """Appendix B: mirror, quarter turns, whole pixels, scale, rotation, stretch, rotation, fractions of a pixel."""
    waves = Waves(side)
    forward = (
        translation(1.6, -2.2)
        @ rotation(-0.7)
        @ scaling(1.2, 1 / 1.2)
        @ rotation(0.4)
        @ scaling(1.3, 1.3)
        @ translation(2, -1)
        @ rotation(3 * math.pi / 2)
        @ scaling(-1, 1)
    )
    result = changed(
        waves.image(),
        flip=True,
        turns=3,
        shift=(2, -1),
        scale=1.3,
        turn_before=0.4,
        stretch=1.2,
        turn_after=-0.7,
        move=(1.6, -2.2),
    )
    np.testing.assert_allclose(result[0, 0], seen_through(waves, forward), atol=close(side))


def test_affine_map_is_the_inverse_of_the_composed_matrices() -> None:
    one, two = torch.tensor([0.4], dtype=torch.float64), torch.tensor([-0.7], dtype=torch.float64)
    neutral = neutral_geometry(1)
    geometry: Geometry = replace(
        neutral,
        shift=torch.tensor([[3.0, -2.0]], dtype=torch.float64),
        scale=torch.tensor([0.8], dtype=torch.float64),
        turn_before=one,
        stretch=torch.tensor([1.4], dtype=torch.float64),
        turn_after=two,
        move=torch.tensor([[0.3, 1.1]], dtype=torch.float64),
    )
    forward = (
        translation(0.3, 1.1)
        @ rotation(-0.7)
        @ scaling(1.4, 1 / 1.4)
        @ rotation(0.4)
        @ scaling(0.8, 0.8)
        @ translation(3, -2)
    )
    linear, offset = sources(geometry)
    inverse = np.linalg.inv(forward)
    np.testing.assert_allclose(linear[0], inverse[:2, :2], atol=1e-12)
    np.testing.assert_allclose(offset[0], inverse[:2, 2], atol=1e-12)


def test_each_image_of_a_batch_has_its_own_strengths() -> None:
    images = noise_images(1, 1, 16).expand(4, -1, -1, -1)
    neutral = neutral_geometry(4)
    angles = torch.tensor([0.0, 0.5, 1.0, 0.0], dtype=torch.float64)
    warp = Warp(16, "cpu", torch.float64)
    together = transformed(images, replace(neutral, turn_after=angles, flip=angles == 1), warp)
    for number, angle in enumerate(angles):
        alone = changed(images[:1], turn_after=float(angle), flip=bool(angle == 1))
        torch.testing.assert_close(together[number : number + 1], alone)


def test_channels_are_warped_alike() -> None:
    images = noise_images(2, 3, 16)
    together = changed(images, turn_before=0.3, move=(0.7, 0.2))
    for channel in range(3):
        alone = changed(images[:, channel : channel + 1], turn_before=0.3, move=(0.7, 0.2))
        torch.testing.assert_close(together[:, channel : channel + 1], alone)


def test_shown_places_outside_are_reflections_however_far_away() -> None:
    side = 16
    images = noise_images(1, 1, side)
    period = 2 * (side - 1)
    torch.testing.assert_close(changed(images, shift=(5 * period, -3 * period)), images, atol=1e-11, rtol=0)
