"""Image files to pixels, refusing whatever is not a whole, sane image."""

import io
import struct
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.TiffImagePlugin import BITSPERSAMPLE, TiffImageFile

from fer.data.resize import to_grey_48
from fer.errors import RequestError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"})
SMALLEST_SIDE = 8
LARGEST_SIDE = 16_384
MOST_PIXELS = 64_000_000
DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    struct.error,
)
"""What Pillow raises for bytes that are not what they should be, whether they are pixels or a camera's tags."""


def decode(data: bytes, where: str) -> NDArray[np.uint8]:
    """The bytes of an image file as uint8 (48, 48); the first picture of an animation. ``where`` names it in errors.

    Raises RequestError for bytes that are no image of a known format, for a truncated or damaged one, and for sides
    outside 8 to 16,384 pixels or more than 64 million pixels in all, which are looked at before anything is decoded;
    for pixels whose brightest value nobody can tell (floating-point, 12, 32 and signed 16 bits); and for CIELAB.
    """
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise RuntimeError("PIL.ImageFile.LOAD_TRUNCATED_IMAGES is set: truncated images would be padded silently")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit below is the lower one
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture.size, where)
        picture.load()
        _check_pixels(picture, where)
        return to_grey_48(picture)
    except Image.DecompressionBombError:
        raise RequestError(f"{where}: has far more than {MOST_PIXELS:,} pixels; scale it down first") from None
    except UnidentifiedImageError:
        raise RequestError(f"{where}: is not an image; expected {', '.join(FORMATS)}") from None
    except DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise RequestError(f"{where}: is truncated or damaged ({reason}); replace or remove it") from error


def _check_size(size: tuple[int, int], where: str) -> None:
    width, height = size
    if min(size) < SMALLEST_SIDE or max(size) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise RequestError(
            f"{where}: is {width} x {height} pixels; each side must be {SMALLEST_SIDE} to {LARGEST_SIDE:,}, "
            f"and all at most {MOST_PIXELS:,}"
        )


def _check_pixels(picture: ImageFile.ImageFile, where: str) -> None:
    if picture.mode == "LAB":
        raise RequestError(f"{where}: has CIELAB colours; save it in RGB or grey")
    if picture.mode == "F":
        kind = "floating-point pixels"
    elif picture.mode == "I" and picture.format != "PPM":  # what is deep in a PGM file Pillow has scaled to 16 bits
        kind = "32-bit or signed pixels"
    elif isinstance(picture, TiffImageFile) and picture.tag_v2.get(BITSPERSAMPLE) == (12,):  # 16 bits to Pillow
        kind = "12-bit pixels"
    else:
        return
    raise RequestError(f"{where}: has {kind} of unknown range; save it with 8 or 16 bits")
