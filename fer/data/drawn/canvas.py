"""A batch of pictures in face coordinates, and the masks that parts of a face are laid on with.

Pixels meet additions, products, quotients and square roots only, so that every machine paints the same bits.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import IMAGE_SIZE
from fer.data.drawn.person import Face

Array = NDArray[np.float32]
Floats = NDArray[np.floating]

ROWS, COLUMNS = np.mgrid[0:IMAGE_SIZE, 0:IMAGE_SIZE].astype(np.float32)


class Canvas:
    """Pictures (n, 48, 48), float32, grey from 0 to 1.

    ``x`` runs to the right and ``y`` down, in units of half a head's width, from the middle of the head.
    """

    def __init__(self, faces: Sequence[Face]) -> None:
        table = np.array([tuple(face.values()) for face in faces], np.float32)
        self._parameters: dict[str, Array] = dict(zip(faces[0], table.T[:, :, None, None], strict=True))
        right, down = COLUMNS - self.of("centre_x"), ROWS - self.of("centre_y")
        scale = self.of("scale")
        self.x: Array = (self.of("cosine") * right + self.of("sine") * down) / scale
        self.y: Array = (self.of("cosine") * down - self.of("sine") * right) / scale
        self._sharpness: Array = scale / np.float32(1.5)
        self.grey: Array = np.zeros_like(self.x)

    def of(self, name: str) -> Array:
        """A parameter of every face as (n, 1, 1)."""
        return self._parameters[name]

    def inside(self, distance: Floats) -> Array:
        """A mask from a signed distance: 1 inside (positive), 0 outside, linear over the pixel and a half between."""
        mask = distance * self._sharpness
        mask += np.float32(0.5)
        return np.clip(mask, 0, 1, out=mask)

    def stroke(self, distance: Floats, half_width: Floats | float) -> Array:
        """A mask along a line, from the distance to it; thinner than a pixel it fades instead."""
        width = np.asarray(half_width, np.float32)
        mask = self.inside(width - np.abs(distance))
        mask *= np.minimum(1, 0.3 + width * self._sharpness)
        return mask

    def lay(self, mask: Array, grey: Floats | float) -> None:
        """Paint ``grey`` where the mask is 1."""
        self.grey += mask * (grey - self.grey)

    def darken(self, mask: Array, by: Floats | float) -> None:
        """Take the share ``by`` of the grey away where the mask is 1 (a negative share brightens)."""
        self.grey *= 1 - mask * by


def ellipse(x: Array, y: Array, width: Array | float, height: Array | float) -> Array:
    """Distance, exact at the edge along the axes, to an ellipse with these half axes around the origin of (x, y)."""
    return (1 - np.sqrt((x / width) ** 2 + (y / height) ** 2)) * np.minimum(width, height)
