"""The filters are the named wavelets, and the matrices are what filtering an image continued by reflection means."""

import numpy as np
import pytest
import pywt
import torch

from fer.generators.stylegan2.augment.wavelets import (
    DELAY,
    LEAD,
    SYM2,
    SYM6,
    bands,
    downsampling,
    reflected,
    upsampling,
)

SIDES = (16, 32, 48, 64)


@pytest.mark.parametrize(("name", "taps"), [("sym6", SYM6), ("sym2", SYM2)])
def test_taps_are_those_of_pywavelets(name: str, taps: tuple[float, ...]) -> None:
    np.testing.assert_array_equal(taps, pywt.Wavelet(name).dec_lo)


@pytest.mark.parametrize("side", SIDES)
def test_image_is_continued_as_numpy_pads_by_reflection(side: int) -> None:
    positions = torch.arange(-3 * side, 4 * side)
    expected = np.pad(np.arange(side), 3 * side, mode="reflect")
    np.testing.assert_array_equal(reflected(positions, side), expected)


@pytest.mark.parametrize("side", SIDES)
def test_upsampling_is_padding_zeros_between_and_filtering(side: int) -> None:
    pixels = np.random.default_rng(0).normal(size=side)
    padded = np.pad(pixels, 2 * side, mode="reflect")
    spread = np.zeros(2 * len(padded))
    spread[::2] = padded
    expected = np.sqrt(2) * np.convolve(spread, SYM6)
    first = 2 * (2 * side) + LEAD
    np.testing.assert_allclose(upsampling(side).numpy() @ pixels, expected[first : first + 4 * side - 3], atol=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_downsampling_after_upsampling_is_the_identity(side: int) -> None:
    samples = torch.arange(2 * side + 10) - LEAD
    fine = upsampling(side)[samples.remainder(4 * (side - 1))]
    torch.testing.assert_close(downsampling(side) @ fine, torch.eye(side, dtype=torch.float64), atol=1e-11, rtol=0)


def test_delay_is_that_of_slow_waves() -> None:
    frequency = 1e-4
    response = np.sum(np.array(SYM6) * np.exp(-1j * frequency * np.arange(len(SYM6))))
    assert -np.angle(response) / frequency == pytest.approx(DELAY, abs=1e-6)


@pytest.mark.parametrize("side", SIDES)
def test_bands_together_are_the_identity(side: int) -> None:
    torch.testing.assert_close(bands(side).sum(dim=0), torch.eye(side, dtype=torch.float64), atol=1e-12, rtol=0)


@pytest.mark.parametrize("side", SIDES)
def test_bands_have_the_responses_of_sym2_squared_at_each_octave(side: int) -> None:
    """A cosine that fits between the outermost pixels is its own reflection, and a symmetric filter only scales it."""
    taps = np.array(pywt.Wavelet("sym2").dec_lo)

    def low(frequency: float) -> float:
        return float(abs(np.sum(taps * np.exp(-1j * frequency * np.arange(4)))) ** 2 / 2)

    for halves in range(side):
        frequency = np.pi * halves / (side - 1)
        wave = np.cos(frequency * np.arange(side))
        first, second, third = low(frequency), low(2 * frequency), low(4 * frequency)
        expected = [first * second * third, first * second * (1 - third), first * (1 - second), 1 - first]
        for band, response in zip(bands(side), expected, strict=True):
            np.testing.assert_allclose(band.numpy() @ wave, response * wave, atol=1e-12)


def test_each_band_is_the_strongest_in_its_own_octave() -> None:
    side = 64
    for band, (lowest, highest) in enumerate([(0, 1 / 8), (1 / 8, 1 / 4), (1 / 4, 1 / 2), (1 / 2, 1)]):
        middle = round((lowest + highest) / 2 * (side - 1))
        wave = torch.from_numpy(np.cos(np.pi * middle / (side - 1) * np.arange(side)))
        powers = [float((matrix @ wave).square().sum()) for matrix in bands(side)]
        assert int(np.argmax(powers)) == band
