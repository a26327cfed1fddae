"""Pictures of any mode and size become 48 x 48 grey without aliasing and without lost pixels."""

import io
import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fer.data.decode import decode
from fer.data.resize import resized, restored, to_grey_48
from fer.errors import RequestError
from tests.unit.data.samples import encoded, picture


def test_a_grey_48_pixel_picture_keeps_its_pixels() -> None:
    assert np.array_equal(to_grey_48(Image.fromarray(picture(0))), picture(0))


def test_a_fine_pattern_becomes_even_grey() -> None:
    """Without antialiasing a checkerboard of single pixels would keep its extremes."""
    board = ((np.indices((192, 192)).sum(axis=0) % 2) * 255).astype(np.uint8)
    small = to_grey_48(Image.fromarray(board))
    assert small.min() >= 120
    assert small.max() <= 135


@pytest.mark.parametrize("size", [(32, 32), (64, 64), (48, 96), (9, 500)])
def test_every_size_is_stretched_to_48(size: tuple[int, int]) -> None:
    level = to_grey_48(Image.fromarray(np.full(size, 93, np.uint8)))
    assert level.shape == (48, 48)
    assert set(level.ravel()) == {93}


def pale(count: int, side: int) -> NDArray[np.uint8]:
    """Noise that no filter takes beyond black or white."""
    return np.random.default_rng(0).integers(108, 148, (count, side, side), dtype=np.uint8)


def test_a_restored_image_is_one_that_is_reduced_to_what_was_given() -> None:
    given = pale(8, 32)
    larger = restored(given, 48)
    assert larger.shape == (8, 48, 48)
    assert np.abs(resized(larger, 32).astype(int) - given).max() <= 2
    assert np.abs(resized(resized(given, 48), 32).astype(int) - given).max() > 9, "the filter alone would do"


def test_what_was_merely_enlarged_is_restored_as_it_was() -> None:
    images = pale(8, 48)
    assert np.abs(restored(resized(images, 64), 48).astype(int) - images).max() <= 2


def test_restored_images_are_nearer_to_the_reduced_ones_than_resized_ones_are() -> None:
    images = np.stack([picture(number) for number in range(16)])
    reduced = resized(images, 32)

    def fault(back: NDArray[np.uint8]) -> float:
        return float(np.square(back.astype(float) - images).mean())

    assert fault(restored(reduced, 48)) < 0.95 * fault(resized(reduced, 48))


@pytest.mark.parametrize("side", [32, 48, 64])
def test_even_images_are_restored_even(side: int) -> None:
    assert set(restored(np.full((1, side, side), 93, np.uint8), 48).ravel()) == {93}


def test_transparent_parts_are_white() -> None:
    clear = np.zeros((48, 48, 4), np.uint8)
    clear[:24, :, 3] = 255
    assert to_grey_48(Image.fromarray(clear, "RGBA"))[[0, 47], 0].tolist() == [0, 255]


def test_sixteen_bits_become_eight_by_scaling() -> None:
    deep = np.full((48, 48), 200 * 257, np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(deep).save(buffer, "PNG")
    assert set(decode(buffer.getvalue(), "deep").ravel()) == {200}


@pytest.mark.parametrize("brightest", [65535, 4095, 1023])
def test_a_deep_pgm_file_becomes_eight_bits_by_its_own_scale(brightest: int) -> None:
    half = np.full((48, 48), brightest // 2 + 1, ">u2")
    data = b"P5 48 48 %d\n" % brightest + half.tobytes()
    assert set(decode(data, "deep").ravel()) == {128}


@pytest.mark.parametrize("depth", [np.int32, np.float32])
def test_pixels_of_unknown_range_are_refused_in_one_line(depth: type[np.generic]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((48, 48), 70_000, depth)).save(buffer, "TIFF")
    with pytest.raises(RequestError, match=r"^deep: has .* of unknown range; save it with 8 or 16 bits$"):
        decode(buffer.getvalue(), "deep")


def test_twelve_bits_are_refused_since_they_would_be_taken_for_dark_ones_of_sixteen() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((48, 48), np.uint16)).save(buffer, "TIFF")
    sixteen = struct.pack("<HHIHH", 258, 3, 1, 16, 0)  # the entry BitsPerSample
    assert sixteen in buffer.getvalue()
    with pytest.raises(RequestError, match="has 12-bit pixels of unknown range"):
        decode(buffer.getvalue().replace(sixteen, struct.pack("<HHIHH", 258, 3, 1, 12, 0)), "deep")


def test_a_palette_picture_is_read_by_its_colours() -> None:
    buffer = io.BytesIO()
    Image.fromarray(picture(1)).convert("RGB").quantize(64).save(buffer, "PNG")
    assert np.abs(decode(buffer.getvalue(), "palette").astype(int) - picture(1)).mean() < 4


def test_a_camera_s_orientation_tag_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees clockwise
    upright = decode(encoded(picture(2), "PNG", exif=exif), "photo")
    assert np.array_equal(upright, np.rot90(picture(2), -1))
