"""Random changes of whole batches on the device: mirror, shift, scale and rotation in one resampling, then erasing."""

import math

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from fer.study import Augmentation

_ERASED_AREA = (0.02, 0.2)
"""Share of the image that an erased rectangle covers."""
_ERASED_ASPECT = (0.3, 1 / 0.3)
"""Its height over its width (arXiv 1708.04896)."""


def draw_changes(spec: Augmentation, count: int, side: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random changes for ``count`` images of ``side`` x ``side``, drawn on the CPU.

    Returns affine matrices, float32 (count, 2, 3), that map places in the changed image to places in the original
    (both run from -1 to 1), and rectangles to erase, int64 (count, 4): top, bottom, left, right (empty: nothing).
    One draw serves a whole epoch: a GPU then waits for it once.
    """
    draws = torch.rand(count, 9, generator=generator)
    flip, shift_x, shift_y, scale, angle, erase, area, aspect, place = draws.unbind(1)
    mirror = 1 - 2 * (flip < spec.flip).float()
    size = 1 + spec.scale * (2 * scale - 1)
    radians = math.radians(spec.rotation) * (2 * angle - 1)
    cos, sin = torch.cos(radians) / size, torch.sin(radians) / size
    x, y = 2 * spec.shift * (2 * shift_x - 1), 2 * spec.shift * (2 * shift_y - 1)
    rows = [mirror * cos, mirror * sin, x, -sin, cos, y]
    matrices = torch.stack(rows, dim=1).view(count, 2, 3)
    return matrices, _rectangles(erase < spec.erasing, area, aspect, place, side)


def _rectangles(erased: Tensor, area: Tensor, aspect: Tensor, place: Tensor, side: int) -> Tensor:
    covered = side * side * (_ERASED_AREA[0] + (_ERASED_AREA[1] - _ERASED_AREA[0]) * area)
    low, high = (math.log(bound) for bound in _ERASED_ASPECT)
    ratio = torch.exp(low + (high - low) * aspect)
    height = (covered * ratio).sqrt().round().clamp(1, side)
    width = (covered / ratio).sqrt().round().clamp(1, side)
    # One number places the rectangle among all places where it fits.
    rows, columns = side - height + 1, side - width + 1
    index = (place.double() * rows * columns).floor()
    top, left = (index / columns).floor(), index % columns
    corners = torch.stack([top, top + height, left, left + width], dim=1).long()
    return corners * erased[:, None]


def augment(images: Tensor, matrices: Tensor, rectangles: Tensor) -> Tensor:
    """Changed images, float32 (b, 1, h, w) in [0, 1], of uint8 ``images`` (b, h, w).

    Places outside the original take its nearest edge pixel; erased rectangles are black. All on the images' device.
    """
    faces = as_floats(images)
    places = source_places(matrices, faces.shape[-1])
    changed = F.grid_sample(faces, places, mode="bilinear", padding_mode="border", align_corners=False)
    side = torch.arange(faces.shape[-1], device=faces.device)
    top, bottom, left, right = rectangles[:, :, None].unbind(1)
    rows, columns = (side >= top) & (side < bottom), (side >= left) & (side < right)
    return changed.masked_fill_((rows[:, :, None] & columns[:, None, :])[:, None], 0.0)


def source_places(matrices: Tensor, side: int) -> Tensor:
    """Where each pixel comes from, (b, side, side, 2) in [-1, 1] within the image, by ``matrices`` (b, 2, 3).

    What ``affine_grid`` gives, faster on a processor (``tests/benchmarks/augmentation.py``): a column's part plus a
    row's part is all there is to it, and the general product of matrices is not needed.
    """
    line = (2 * torch.arange(side, device=matrices.device) + 1) / side - 1
    columns = matrices[:, :, 0, None] * line
    rows = matrices[:, :, 1, None] * line + matrices[:, :, 2, None]
    return (rows[:, :, :, None] + columns[:, :, None, :]).permute(0, 2, 3, 1)


def as_floats(images: Tensor) -> Tensor:
    """Unchanged images, float32 (b, 1, h, w) in [0, 1], of uint8 ``images`` (b, h, w)."""
    return images[:, None].float().mul_(1 / 255)
