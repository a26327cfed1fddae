"""Any picture as the 48 x 48 grey image that the study works on, and such images in another size."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fer.data.dataset import IMAGE_SIZE

DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")
"""Modes with 16 bits a pixel; ``I`` has more, but is taken for them (``decode`` lets no others through)."""


def to_grey_48(picture: Image.Image) -> NDArray[np.uint8]:
    """A decoded picture of any size and mode as uint8 (48, 48).

    Colour becomes luma (ITU-R 601), transparency is laid on white, 16-bit grey loses its lower byte, a camera's
    orientation tag is applied, and both sides are stretched to 48 with an antialiased (Lanczos) filter. A grey 48 x 48
    picture comes out with its pixels unchanged.
    """
    if picture.info.get("exif"):
        picture = ImageOps.exif_transpose(picture)
    if picture.mode in DEEP_GREY:
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    elif picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    if picture.mode != "L":
        picture = picture.convert("L")
    if picture.size != (IMAGE_SIZE, IMAGE_SIZE):
        picture = picture.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.LANCZOS)
    return np.asarray(picture, dtype=np.uint8)


def resized(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """``images`` (n, h, w) brought to (n, side, side) with an antialiased (Lanczos) filter; the same if they are so."""
    if images.shape[1:] == (side, side):
        return images
    pictures = (Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS) for image in images)
    return np.stack([np.asarray(picture) for picture in pictures])


def restored(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """``images`` (n, h, h), made like what ``resized`` made of images of this side, brought to (n, side, side).

    The same filter blurs on the way back what it blurred on the way there. Here the way back makes good for both:
    larger images are those of the filter whose reduction is again what was given, and what was merely enlarged comes
    back as it was, but for rounding and for what lies beyond black and white.
    """
    if images.shape[1:] == (side, side):
        return images
    back = _way_back(images.shape[1], side)
    pixels = back @ images.astype(np.float32) @ back.T
    return pixels.round().clip(0, 255).astype(np.uint8)


@cache
def _way_back(given: int, side: int) -> NDArray[np.float32]:
    """(side, given): Lanczos, and the inverse of there and back on whichever end has fewer pixels."""
    there, back = _lanczos(side, given), _lanczos(given, side)
    matrix = back @ np.linalg.inv(there @ back) if given < side else np.linalg.inv(back @ there) @ back
    return np.asarray(matrix, dtype=np.float32)


def _lanczos(given: int, side: int) -> NDArray[np.float64]:
    """(side, given): what each old row gives to each new one, as Pillow has it."""
    rows = Image.fromarray(np.eye(given, dtype=np.float32)).resize((given, side), Image.Resampling.LANCZOS)
    return np.asarray(rows, dtype=np.float64)
