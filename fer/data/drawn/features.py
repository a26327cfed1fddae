"""Eyes, brows, nose, mouth and the lines between them, in coordinates that turn with the head."""

import numpy as np

from fer.data.drawn.canvas import Array, Canvas, ellipse


def draw_lines(canvas: Canvas, x: Array, y: Array) -> None:
    """Lines that expressions leave in the skin: beside the mouth, between the brows, on the forehead, on the nose."""
    of, side = canvas.of, np.abs(x)
    nose, mouth = of("eye_level") + of("nose_length"), of("mouth_level")
    along = (y - nose + 0.06) / (mouth - nose + 0.2)
    fold = canvas.stroke(side - of("nose_width") - 0.06 - 0.26 * along, 0.03)
    fold *= canvas.inside(0.5 - np.abs(along - 0.5))
    canvas.darken(fold, np.clip(0.5 * of("folds") + 0.12 * of("age"), 0, 0.6))
    brows = of("eye_level") - of("brow_level")
    frown = canvas.stroke(side - 0.07, 0.025) * canvas.inside(0.13 - np.abs(y - brows - 0.02))
    canvas.darken(frown, np.clip(0.45 * of("frown"), 0, 0.6))
    lines = canvas.stroke(y - brows + 0.26, 0.025) + canvas.stroke(y - brows + 0.4, 0.025)
    lines *= canvas.inside(0.5 - side)
    canvas.darken(lines, np.clip(0.35 * of("forehead") + 0.1 * of("age"), 0, 0.5))
    wrinkles = canvas.stroke(y - of("eye_level") - 0.02, 0.025) + canvas.stroke(y - of("eye_level") - 0.15, 0.025)
    wrinkles *= canvas.inside(0.13 - side)
    canvas.darken(wrinkles, np.clip(0.4 * of("nose_wrinkle"), 0, 0.5))


def draw_eyes(canvas: Canvas, x: Array, y: Array) -> None:
    """Sockets, whites, irises, lids and brows; both sides at once, mirrored."""
    of, side = canvas.of, np.abs(x)
    across = side - of("eye_gap")
    down = y - of("eye_level")
    canvas.darken(canvas.inside(ellipse(across, down + 0.03, 0.3, 0.2)), 0.08)
    bulge = 1 - (across / of("eye_width")) ** 2
    upper = np.maximum(0.01, of("eye_height") * (1 + of("upper_lid"))) * bulge
    lower = np.maximum(0.01, of("eye_height") * 0.75 * (1 - of("lower_lid"))) * bulge
    opening = canvas.inside(np.minimum(down + upper, lower - down))
    canvas.lay(opening, np.minimum(0.95, of("skin") + 0.3))
    looking = across - of("gaze") * np.sign(x)
    canvas.lay(opening * canvas.inside(ellipse(looking, down + 0.01, 0.1, 0.1)), of("iris") * of("skin"))
    lid = canvas.stroke(down + upper, 0.03) * canvas.inside(of("eye_width") - np.abs(across))
    canvas.darken(lid, 0.75)
    bag = canvas.stroke(down - lower - 0.03, 0.02) * canvas.inside(of("eye_width") * 0.8 - np.abs(across))
    canvas.darken(bag, np.clip(0.12 + 0.35 * of("lower_lid") + 0.15 * of("age"), 0, 0.5))
    inner = of("eye_gap") - 0.2 + of("brow_gap")
    along = np.clip((side - inner) / 0.44, 0, 1)
    arch = (of("brow_arch") + 0.03) * 4 * along * (1 - along)
    raised = of("brow_inner") * (1 - along) + of("brow_outer") * along + arch
    brow = canvas.stroke(down + of("brow_level") + raised, of("brow_width") * (1.2 - 0.5 * along))
    brow *= canvas.inside(0.22 - np.abs(side - inner - 0.22))
    canvas.lay(brow * 0.9, of("brow_grey"))


def draw_nose(canvas: Canvas, x: Array, y: Array) -> None:
    """A lit bridge, a shadow on the far side of the light, and nostrils."""
    of, side = canvas.of, np.abs(x)
    top, length = of("eye_level"), of("nose_length") - 0.05 * of("nose_wrinkle")
    along = np.clip((y - top) / length, 0, 1)
    span = canvas.inside(length / 2 - np.abs(y - top - length / 2))
    canvas.darken(canvas.inside(0.05 - side) * span, -0.1)
    shaded = x * np.where(of("light_x") > 0, -1, 1).astype(np.float32)
    canvas.darken(canvas.stroke(shaded - 0.07 - of("nose_width") * 0.6 * along, 0.05) * span, 0.22)
    under = y - top - length
    canvas.darken(canvas.inside(ellipse(x, under, of("nose_width"), 0.07)), 0.2)
    canvas.darken(canvas.inside(ellipse(side - of("nose_width") * 0.55, under - 0.01, 0.06, 0.04)), 0.6)


def draw_mouth(canvas: Canvas, x: Array, y: Array) -> None:
    """Lips, and between them darkness and teeth."""
    of = canvas.of
    along = x / (of("mouth_size") * np.maximum(0.4, 1 + of("mouth_width")))
    within = canvas.inside((1 - np.abs(along)) * of("mouth_size"))
    bow = np.maximum(0, 1 - along * along)
    curve = of("mouth_curve") + of("rest_curve")
    line = y - of("mouth_level") - curve * (bow - 0.6) * 1.5 + of("skew") * along
    upper = line + (0.4 * of("mouth_open") + of("lip_raise")) * bow
    lower = line - (0.6 * of("mouth_open") - 0.6 * of("lip_raise") * (of("mouth_open") < 0.05)) * bow
    lip = of("lip") * (0.4 + 0.6 * bow)
    canvas.lay(canvas.inside(np.minimum(upper + lip, 1.4 * lip - lower)) * within * 0.8, of("lip_grey"))
    opening = canvas.inside(np.minimum(upper, -lower)) * within
    canvas.lay(opening, 0.12 * of("skin"))
    teeth = np.clip(of("teeth"), 0, 1) * of("mouth_open") * bow
    canvas.lay(canvas.inside(teeth - upper) * opening * np.minimum(1, 6 * of("mouth_open")), 0.5 + 0.45 * of("skin"))
    canvas.darken(canvas.stroke(upper, 0.025) * within, 0.6)
    chin = canvas.stroke(lower - 2.2 * of("lip") - 0.06, 0.03) * canvas.inside(of("mouth_size") * 0.6 - np.abs(x))
    canvas.darken(chin, 0.15)
