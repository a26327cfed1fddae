"""Who is drawn, how, and in what light: everything about one picture, sampled as plain numbers."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from fer.data.drawn.expressions import NAMES, VARIANTS

Face = dict[str, float]
"""A picture's parameters. Lengths are in face units (half the head's usual width), greys run from 0 to 1."""

JITTER = {
    "brow_inner": 0.035, "brow_outer": 0.03, "brow_arch": 0.02, "brow_gap": 0.03, "upper_lid": 0.14, "lower_lid": 0.1,
    "mouth_curve": 0.035, "mouth_open": 0.0, "mouth_width": 0.09, "lip_raise": 0.02, "teeth": 0.15, "folds": 0.2,
    "nose_wrinkle": 0.12, "frown": 0.2, "forehead": 0.2, "skew": 0.02,
}  # fmt: skip
"""How far a face moves besides its expression (times 3/4: the standard deviation). It makes expressions overlap."""
WEAK = 0.2
"""Share of pictures whose expression is only hinted at."""


def sample_face(expression: str, random: np.random.Generator) -> Face:
    """The parameters of one picture of ``expression``; ``random`` decides everything else."""
    face = _muscles(expression, random)
    uniform: Iterator[float] = iter(random.random(64).tolist())

    def between(low: float, high: float) -> float:
        return low + (high - low) * next(uniform)

    def happens(probability: float, value: float = 1.0) -> float:
        return value if next(uniform) < probability else 0.0

    face |= _pose(between)
    skin = between(0.4, 0.85)
    face |= {
        "skin": skin,
        "head_width": between(0.88, 1.08),
        "head_height": between(1.2, 1.42),
        "jaw": between(0.05, 0.4),
        "eye_gap": between(0.38, 0.46),
        "eye_width": between(0.17, 0.23),
        "eye_height": between(0.085, 0.115),
        "eye_level": between(-0.2, -0.1),
        "iris": between(0.05, 0.4),
        "gaze": between(-0.06, 0.06),
        "brow_level": between(0.23, 0.3),
        "brow_width": between(0.025, 0.06),
        "brow_grey": between(0.0, 0.55) * skin,
        "nose_length": between(0.38, 0.5),
        "nose_width": between(0.12, 0.2),
        "mouth_level": between(0.62, 0.74),
        "mouth_size": between(0.3, 0.4),
        "lip": between(0.03, 0.07),
        "lip_grey": between(0.55, 0.85) * skin,
        "rest_curve": between(-0.035, 0.035),
        "age": between(0.0, 1.0),
        "hair_grey": between(0.02, 0.25) + happens(0.2, 0.45),
        "hair_line": between(-1.15, -0.75) - happens(0.1, 0.6),
        "hair_part": between(-0.4, 0.4),
        "hair_volume": between(0.05, 0.3),
        "hair_length": between(-0.3, 0.2) + happens(0.35, 1.1),
        "beard": happens(0.12),
        "moustache": happens(0.12),
        "glasses": happens(0.13),
        "background": between(0.05, 0.95),
        "background_slope_x": between(-0.25, 0.25),
        "background_slope_y": between(-0.25, 0.25),
        "clothes": between(0.05, 0.8),
        "light_x": between(-0.45, 0.45),
        "light_y": between(-0.35, 0.15),
        "roundness": between(0.1, 0.45),
        "brightness": between(0.8, 1.2),
        "contrast": between(0.7, 1.25),
        "noise": between(0.005, 0.03) * between(0.4, 1.6),
        "blur": happens(0.4) * between(0.3, 0.9),
        "veil": happens(0.1),
        "veil_grey": between(0.1, 0.9),
        "veil_x": between(-1.0, 1.0),
        "veil_y": between(-1.0, 1.0),
        "veil_edge": between(0.5, 0.95),
    }
    return face


def _muscles(expression: str, random: np.random.Generator) -> Face:
    """The expression at some strength, and what the face does besides."""
    variants = VARIANTS[expression]
    variant = variants[int(random.integers(len(variants)))]
    weak, low, strong = random.random(3).tolist()
    strength = 0.05 + 0.4 * low if weak < WEAK else 0.5 + 0.65 * strong
    wobble = (random.random((3, len(NAMES))).sum(axis=0) - 1.5).tolist()  # from -1.5 to 1.5, standard deviation 1/2
    moved = {
        name: strength * getattr(variant, name) + 1.5 * JITTER[name] * shift
        for name, shift in zip(NAMES, wobble, strict=True)
    }
    talking = max(0.0, random.random() - 0.75)  # some mouths are open without meaning anything
    moved["mouth_open"] = max(0.0, moved["mouth_open"] + 0.5 * talking)
    return moved


def _pose(between: Callable[[float, float], float]) -> Face:
    roll = between(-0.14, 0.14) + between(-0.06, 0.06)
    return {
        "cosine": math.cos(roll),
        "sine": math.sin(roll),
        "scale": between(17.0, 20.5),
        "centre_x": 23.5 + between(-2.0, 2.0),
        "centre_y": 24.5 + between(-2.5, 2.0),
        "yaw": between(-0.12, 0.12) + between(-0.08, 0.08),
        "pitch": between(-0.1, 0.1),
    }
