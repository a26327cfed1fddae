"""Filter, noise and cutout at known strengths."""

import numpy as np
import pytest
import pywt
import torch

from fer.generators.stylegan2.augment.corruption import band_gains, cut_out, filtered, noisy
from fer.generators.stylegan2.augment.wavelets import bands
from tests.unit.generators.stylegan2.augment.helpers import noise_images


def response(gains: list[float], frequency: float) -> float:
    """Of the filter whose octaves, told apart by sym2, have these gains."""
    taps = np.array(pywt.Wavelet("sym2").dec_lo)
    low = [float(abs(np.sum(taps * np.exp(-1j * octave * frequency * np.arange(4)))) ** 2 / 2) for octave in (1, 2, 4)]
    shares = [low[0] * low[1] * low[2], low[0] * low[1] * (1 - low[2]), low[0] * (1 - low[1]), 1 - low[0]]
    return float(np.dot(gains, shares))


@pytest.mark.parametrize("side", [16, 32])
def test_filter_scales_waves_by_its_response_across_times_that_down(side: int) -> None:
    gains = [0.7, 1.9, 0.4, 2.5]
    places = np.arange(side)
    for across, down in [(0, 0), (1, 2), (3, 5), (side // 2, 2), (side - 1, side - 1)]:
        waves = np.pi * across / (side - 1), np.pi * down / (side - 1)
        image = np.cos(waves[0] * places)[None, :] * np.cos(waves[1] * places)[:, None]
        result = filtered(torch.from_numpy(image)[None, None], torch.tensor([gains], dtype=torch.float64), bands(side))
        expected = response(gains, waves[0]) * response(gains, waves[1]) * image
        np.testing.assert_allclose(result[0, 0], expected, atol=1e-12)


def test_each_image_is_filtered_by_its_own_gains_in_all_channels() -> None:
    images = noise_images(2, 3, 16)
    gains = torch.tensor([[1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0]], dtype=torch.float64)
    expected = torch.stack([images[0], 4 * images[1]])
    torch.testing.assert_close(filtered(images, gains, bands(16)), expected)


def test_gains_keep_the_power_of_an_image_with_the_usual_spectrum() -> None:
    """Appendix B: one band after the other is changed and all are normalised; ten parts of power are in the lowest."""
    factors = np.array([[2.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.25], [0.5, 3.0, 1.0, 2.0]])
    expected = np.ones((3, 4))
    for band in range(4):
        for image in range(3):
            changed = np.ones(4)
            changed[band] = factors[image, band]
            expected[image] *= changed / np.sqrt(np.dot([10 / 13, 1 / 13, 1 / 13, 1 / 13], changed**2))
    np.testing.assert_allclose(band_gains(torch.from_numpy(factors)), expected)
    alone = band_gains(torch.from_numpy(factors[:2])).square() @ torch.tensor([10.0, 1, 1, 1], dtype=torch.float64) / 13
    torch.testing.assert_close(alone, torch.ones(2, dtype=torch.float64))


def test_gains_are_exactly_one_where_no_band_is_changed() -> None:
    torch.testing.assert_close(band_gains(torch.ones(2, 4)), torch.ones(2, 4), atol=1e-6, rtol=0)


def test_noise_is_added_at_each_images_own_strength() -> None:
    images, noise = noise_images(3, 1, 16), noise_images(3, 1, 16, seed=1)
    strength = torch.tensor([0.0, 0.1, 0.5], dtype=torch.float64)
    result = noisy(images, strength, noise)
    torch.testing.assert_close(result[0], images[0], atol=0, rtol=0)
    torch.testing.assert_close(result[1], images[1] + 0.1 * noise[1])
    torch.testing.assert_close(result[2], images[2] + 0.5 * noise[2])


@pytest.mark.parametrize(
    ("centre", "rows", "columns"),
    [
        ((0.5, 0.5), slice(8, 24), slice(8, 24)),
        ((0.0, 0.25), slice(0, 16), slice(0, 8)),
        ((1.0, 0.75), slice(16, 32), slice(24, 32)),
        ((0.51, 0.52), slice(9, 25), slice(8, 24)),
    ],
)
def test_cutout_sets_half_the_side_around_the_centre_to_zero(
    centre: tuple[float, float], rows: slice, columns: slice
) -> None:
    images = noise_images(2, 3, 32)
    expected = images.numpy().copy()
    expected[0, :, rows, columns] = 0
    centres = torch.tensor([centre, centre], dtype=torch.float64)
    np.testing.assert_array_equal(cut_out(images, centres, torch.tensor([True, False])), expected)
