"""Painting faces from the back to the front, and taking the photograph: light, blur, noise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer.data.drawn.canvas import Array, Canvas, ellipse
from fer.data.drawn.features import draw_eyes, draw_lines, draw_mouth, draw_nose
from fer.data.drawn.person import Face


def paint(faces: Sequence[Face], generators: Sequence[np.random.Generator]) -> NDArray[np.uint8]:
    """Paint faces as uint8 (n, 48, 48); each generator makes the noise of its picture."""
    canvas = Canvas(faces)
    # Turning the head moves the features against its outline, most in the middle.
    x = canvas.x - canvas.of("yaw") * (1.2 - canvas.x * canvas.x)
    y = canvas.y - canvas.of("pitch")
    _draw_behind(canvas)
    head = _draw_head(canvas)
    _draw_beard(canvas, x, y, head)
    draw_lines(canvas, x, y)
    draw_eyes(canvas, x, y)
    draw_nose(canvas, x, y)
    draw_mouth(canvas, x, y)
    _draw_hair(canvas, x, y)
    _draw_glasses(canvas, x, y)
    _draw_veil(canvas)
    return _photograph(canvas.grey, canvas, generators)


def _draw_behind(canvas: Canvas) -> None:
    """Background, the hair behind the head, neck, shoulders and ears."""
    of, x, y, side = canvas.of, canvas.x, canvas.y, np.abs(canvas.x)
    canvas.grey += of("background") + of("background_slope_x") * x + of("background_slope_y") * y
    wide = of("head_width") + of("hair_volume")
    crown = ellipse(x, y + 0.15, wide, of("head_height") + 0.6 * of("hair_volume"))
    falling = np.minimum(wide * 0.97 - side, np.minimum(y + 0.2, of("hair_length") - y))
    canvas.lay(canvas.inside(np.maximum(np.minimum(crown, 0.1 - y), falling)), of("hair_grey"))
    canvas.lay(canvas.inside(np.minimum(0.5 - side, y - 0.8)), of("skin") * 0.7)
    canvas.lay(canvas.inside(ellipse(x, y - 2.35, 1.7, 0.85)), of("clothes"))
    canvas.lay(canvas.inside(ellipse(side - of("head_width"), y, 0.13, 0.24)), of("skin") * 0.8)


def _draw_head(canvas: Canvas) -> Array:
    """The lit head; returns its mask. An open mouth lengthens the chin."""
    of, x, y = canvas.of, canvas.x, canvas.y
    height = of("head_height") + 0.25 * of("mouth_open") * (y > 0)
    down = np.maximum(0, y / height)
    narrow = x / (1 - of("jaw") * down * down)
    head = canvas.inside(ellipse(narrow, y, of("head_width"), height))
    far = (x / of("head_width")) ** 2 + (y / height) ** 2
    light = (1 + of("light_x") * x + of("light_y") * y) * (1 - of("roundness") * far)
    canvas.lay(head, of("skin") * light)
    return head


def _draw_beard(canvas: Canvas, x: Array, y: Array, head: Array) -> None:
    of = canvas.of
    bare = ellipse(x, y - of("mouth_level") + 0.12, 0.46, 0.3)
    beard = head * canvas.inside(np.minimum(y - 0.75 + 0.7 * np.abs(x), -bare)) * of("beard")
    beard = np.maximum(
        beard,
        canvas.stroke(y - of("mouth_level") + 0.13 - 0.3 * x * x, 0.06)
        * of("moustache")
        * canvas.inside(0.36 - np.abs(x)),
    )
    canvas.darken(beard, 0.5)


def _draw_hair(canvas: Canvas, x: Array, y: Array) -> None:
    of = canvas.of
    scalp = ellipse(canvas.x, canvas.y + 0.05, of("head_width") + 0.04, of("head_height") + 0.06)
    parted = x - of("hair_part")
    fringe = of("hair_line") + 0.55 * parted * parted - y
    canvas.lay(canvas.inside(np.minimum(scalp, fringe)), of("hair_grey"))


def _draw_glasses(canvas: Canvas, x: Array, y: Array) -> None:
    of, side = canvas.of, np.abs(x)
    down = y - of("eye_level") - 0.02
    frame = canvas.stroke(ellipse(side - of("eye_gap"), down, 0.29, 0.23), 0.025)
    frame = np.maximum(frame, canvas.stroke(down, 0.025) * canvas.inside(0.12 - side))
    canvas.lay(frame * of("glasses"), 0.12)


def _draw_veil(canvas: Canvas) -> None:
    """Something in front of a part of the face: a hand, a scarf, the edge of another head."""
    of = canvas.of
    across, down = of("veil_x"), of("veil_y")
    distance = (across * canvas.x + down * canvas.y) / np.sqrt(across * across + down * down + np.float32(1e-3))
    canvas.lay(canvas.inside(distance - of("veil_edge")) * of("veil"), of("veil_grey"))


def _photograph(grey: Array, canvas: Canvas, generators: Sequence[np.random.Generator]) -> NDArray[np.uint8]:
    of = canvas.of
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    grey = grey + of("blur") * ((rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]) / 9 - grey)
    grey = (grey * of("brightness") - 0.5) * of("contrast") + 0.5
    uniform = np.stack([random.random((2, *grey.shape[1:]), dtype=np.float32) for random in generators])
    grey += (uniform[:, 0] + uniform[:, 1] - 1) * of("noise") * 2.45  # the sum's standard deviation is 1 / 2.45
    return (np.clip(grey, 0, 1) * 255 + 0.5).astype(np.uint8)
