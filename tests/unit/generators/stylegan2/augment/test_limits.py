"""Up to which p each kind does not leak into generated images (arXiv 2006.06676, section 2 and appendix C).

Augmenting is a linear operator on distributions of images. What it does to real and generated images alike does not
leak as long as it can be inverted: two different distributions then stay different. A kind that moves images within a
group of transformations multiplies each of the distribution's Fourier coefficients over that group by the mean of the
group's character over the random strengths, so it can be inverted where none of these means is zero.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
import torch
from torch import Tensor

from fer.generators.stylegan2.augment.corruption import cut_out
from fer.generators.stylegan2.augment.draws import Strengths, draw
from fer.generators.stylegan2.augment.geometric import blitted
from tests.unit.generators.stylegan2.augment.helpers import ALL, Floats, generator, noise_images

MANY = 200_000
SIDE = 32
CLOSE = 5 / math.sqrt(MANY)
"""Five standard errors of a mean of complex numbers of magnitude one."""
SAFE = 0.8
"""The p below which the authors saw no leaks in practice."""


@lru_cache
def drawn(p: float) -> Strengths:
    return draw(ALL, p, MANY, SIDE, generator(11))


def coefficient(values: Tensor, frequency: float) -> complex:
    """The mean of exp(i frequency value)."""
    return complex(torch.exp(1j * frequency * values.double()).mean())


@pytest.mark.parametrize("p", [0.3, SAFE, 1.0])
def test_mirroring_inversion_and_quarter_turns_can_be_undone_below_one_and_not_at_one(p: float) -> None:
    """Applied always, all ways to turn an image are equally likely, and nobody can tell which way was up."""
    strengths = drawn(p)
    for choice in (strengths.geometry.flip, strengths.colour.inversion):
        assert coefficient(choice, math.pi) == pytest.approx(1 - p, abs=CLOSE)
    for quarter in (1, 2, 3):
        assert coefficient(strengths.geometry.turns, quarter * math.pi / 2) == pytest.approx(1 - p, abs=CLOSE)


@pytest.mark.parametrize("p", [0.3, SAFE, 1.0])
def test_rotations_of_shape_and_hue_can_be_undone_below_one_and_not_at_one(p: float) -> None:
    """Both rotations together leave 1 - p upright, which is what their smaller probabilities are for."""
    strengths = drawn(p)
    together = strengths.geometry.turn_before + strengths.geometry.turn_after
    for angles in (together, strengths.colour.hue):
        for harmonic in (1, 2, 7):
            assert coefficient(angles, harmonic) == pytest.approx(1 - p, abs=CLOSE)


@pytest.mark.parametrize("p", [0.5, 1.0])
@pytest.mark.parametrize(
    ("name", "deviation"),
    [("scale", 0.2), ("stretch", 0.2), ("contrast", 0.5), ("saturation", 1.0), ("brightness", 0.2), ("move", 4.0)],
)
def test_normal_and_log_normal_strengths_can_be_undone_at_every_p(name: str, deviation: float, p: float) -> None:
    """A normal distribution's transform is nowhere zero."""
    strengths = drawn(p)
    part = strengths.colour if hasattr(strengths.colour, name) else strengths.geometry
    values = getattr(part, name)
    steps = values[:, 0] if name == "move" else values if name == "brightness" else values.log2()
    for width in (0.5, 1.0, 2.0):
        expected = 1 - p + p * math.exp(-(width**2) / 2)
        assert coefficient(steps, width / deviation) == pytest.approx(expected, abs=CLOSE)
        assert expected > 0


@pytest.mark.parametrize("p", [0.5, 1.0])
def test_noise_can_be_undone_at_every_p(p: float) -> None:
    """Normal noise whose strength is half-normal has the transform (1 + (0.1 w)^2)^(-1/2), nowhere zero."""
    noise = drawn(p).corruption.noise * torch.randn(MANY, generator=generator(1))
    for frequency in (1.0, 10.0, 50.0):
        expected = 1 - p + p / math.sqrt(1 + (0.1 * frequency) ** 2)
        assert coefficient(noise, frequency) == pytest.approx(expected, abs=CLOSE)


def shift_spectrum(p: float, frequencies: Floats) -> Floats:
    """Fourier coefficients of one axis's translation by whole pixels, from its distribution."""
    shifts = drawn(p).geometry.shift[:, 0]
    shares = torch.bincount((shifts + SIDE // 8).long(), minlength=SIDE // 4 + 1).numpy() / MANY
    positions = np.arange(-(SIDE // 8), SIDE // 8 + 1)
    spectrum: Floats = (shares[:, None] * np.cos(positions[:, None] * frequencies)).sum(axis=0)
    return spectrum


def test_translation_by_whole_pixels_can_be_undone_up_to_the_safe_p_and_not_much_further() -> None:
    """A uniform distribution's transform has negative lobes: at some p below one the coefficients reach zero."""
    frequencies = np.linspace(0.01, math.pi, 500)
    rounded = np.sin(4 * frequencies) / (8 * np.tan(frequencies / 2))
    for p in (0.3, SAFE, 0.9, 1.0):
        np.testing.assert_allclose(shift_spectrum(p, frequencies), 1 - p + p * rounded, atol=CLOSE)
    assert (1 - SAFE + SAFE * rounded).min() > 0
    assert 1 / (1 - rounded.min()) == pytest.approx(0.838, abs=0.001)


@pytest.mark.parametrize("p", [0.3, SAFE, 1.0])
def test_cutout_leaves_whole_images_below_one_and_none_at_one(p: float) -> None:
    """An image that shows no cut is as it was; a centre in the image always cuts a quarter of the square or more."""
    corruption = drawn(p).corruption
    few = slice(0, 2000)
    images = torch.ones(2000, 1, SIDE, SIDE)
    whole = cut_out(images, corruption.centre[few], corruption.cut[few]).flatten(1).all(dim=1)
    assert float(whole.float().mean()) == pytest.approx(1 - p, abs=5 * math.sqrt(p * (1 - p) / 2000))


def poses(image: Tensor) -> Tensor:
    """The eight ways to mirror and turn one image: (8, c, s, s)."""
    flips, turns = torch.arange(8) >= 4, torch.arange(8) % 4
    return blitted(image.expand(8, -1, -1, -1), flips, turns)


def pose_operator(p: float) -> Floats:
    """How often an image in each of its eight poses (columns) ends in each (rows), by recognising the results."""
    known = poses(noise_images(1, 1, 16))
    count = 20_000
    operator = np.zeros((8, 8))
    for start in range(8):
        geometry = draw(ALL, p, count, 16, generator(start)).geometry
        results = blitted(known[start].expand(count, -1, -1, -1), geometry.flip, geometry.turns)
        # One row of pixels tells the poses of white noise apart.
        distances = (results[:, None, 0, 0] - known[None, :, 0, 0]).abs().amax(dim=2)
        assert bool((distances.amin(dim=1) == 0).all())
        operator[:, start] = torch.bincount(distances.argmin(dim=1), minlength=8).numpy() / count
    return operator


def test_distribution_of_poses_is_recovered_from_augmented_images_below_one() -> None:
    """With mirroring and turns the weakest coefficient is (1 - p)^2, so that four in a hundred still tell."""
    operator = pose_operator(SAFE)
    assert np.linalg.svd(operator, compute_uv=False).min() == pytest.approx((1 - SAFE) ** 2, abs=0.015)
    real = np.array([0.9, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0])
    exact = np.linalg.solve(operator, operator @ real)
    np.testing.assert_allclose(exact, real, atol=1e-9)


def test_distribution_of_poses_is_lost_at_one() -> None:
    operator = pose_operator(1.0)
    np.testing.assert_allclose(operator, np.full((8, 8), 1 / 8), atol=0.015)
    assert np.linalg.svd(operator, compute_uv=False)[1] < 0.03
