"""How strongly each transformation acts on each image of a batch, drawn at random (arXiv 2006.06676, appendix B)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from fer.generators.stylegan2.augment.colour import Colour
from fer.generators.stylegan2.augment.corruption import Corruption, band_gains
from fer.generators.stylegan2.augment.geometric import Geometry
from fer.generators.stylegan2.augment.spec import KINDS, AugmentSpec
from fer.generators.stylegan2.augment.wavelets import BANDS

SHIFT = 0.125
"""Translation by whole pixels: uniform up to this share of the side."""
MOVE = 0.125
"""Translation by fractions of a pixel: normal, this share of the side being its standard deviation."""
OCTAVES = 0.2
"""Scales: standard deviation of their logarithm to the base of two."""
BRIGHTNESS = 0.2
CONTRAST_OCTAVES = 0.5
SATURATION_OCTAVES = 1.0
BAND_OCTAVES = 1.0
NOISE = 0.1
"""Standard deviation of the normal number whose magnitude is the noise's standard deviation."""

_ROTATIONS = ("turn_before", "turn_after")
_UNIFORM = ("flip", "turns", "shift_x", "shift_y", *_ROTATIONS, "inversion", "hue", "cut_x", "cut_y")
_NORMAL = (
    *("scale", "stretch", "move_x", "move_y", "brightness", "contrast", "saturation"),
    *("band0", "band1", "band2", "band3", "noise"),
)
_KINDS = tuple(KINDS)


@dataclass(frozen=True)
class Strengths:
    """Everything that happens to a batch of images, but for the noise itself."""

    geometry: Geometry
    colour: Colour
    corruption: Corruption


def probabilities(spec: AugmentSpec, p: float | Tensor) -> Tensor:
    """How often each of KINDS is applied at ``p``: (19,), zero for groups that are not in use.

    Both rotations have 1 - sqrt(1 - p), so that an image is rotated at all with probability p.
    """
    use = torch.tensor([float(getattr(spec, group)) for group in KINDS.values()], dtype=torch.float64)
    rotates = torch.tensor([kind in _ROTATIONS for kind in KINDS])
    if isinstance(p, Tensor):
        use, rotates = use.to(p), rotates.to(p.device)
    applied = use * p
    return torch.where(rotates, 1 - (1 - applied).clamp(min=0).sqrt(), applied)


def draw(spec: AugmentSpec, p: float | Tensor, batch: int, side: int, generator: torch.Generator) -> Strengths:
    """Strengths for a batch, on the generator's device, in single precision.

    The same random numbers are drawn whichever groups are in use, and each belongs to one kind.
    """
    device = generator.device
    chances = torch.rand(len(_KINDS), batch, generator=generator, device=device)
    applies = dict(zip(_KINDS, chances < probabilities(spec, p).to(chances)[:, None], strict=True))
    uniform = dict(zip(_UNIFORM, torch.rand(len(_UNIFORM), batch, generator=generator, device=device), strict=True))
    normal = dict(zip(_NORMAL, torch.randn(len(_NORMAL), batch, generator=generator, device=device), strict=True))

    def factor(kind: str, octaves: float) -> Tensor:
        exponent: Tensor = normal[kind] * octaves * applies[kind]
        return exponent.exp2()

    def angle(kind: str) -> Tensor:
        radians: Tensor = (2 * uniform[kind] - 1) * math.pi * applies[kind]
        return radians

    shift = torch.stack([uniform["shift_x"], uniform["shift_y"]], dim=1)
    move = torch.stack([normal["move_x"], normal["move_y"]], dim=1)
    bands = torch.stack([factor(f"band{band}", BAND_OCTAVES) for band in range(BANDS)], dim=1)
    return Strengths(
        Geometry(
            flip=applies["flip"] & (uniform["flip"] < 0.5),
            turns=(4 * uniform["turns"]).long() * applies["turns"],
            shift=((2 * shift - 1) * SHIFT * side).round() * applies["shift"][:, None],
            scale=factor("scale", OCTAVES),
            turn_before=angle("turn_before"),
            stretch=factor("stretch", OCTAVES),
            turn_after=angle("turn_after"),
            move=move * MOVE * side * applies["move"][:, None],
        ),
        Colour(
            brightness=normal["brightness"] * BRIGHTNESS * applies["brightness"],
            contrast=factor("contrast", CONTRAST_OCTAVES),
            inversion=applies["inversion"] & (uniform["inversion"] < 0.5),
            hue=angle("hue"),
            saturation=factor("saturation", SATURATION_OCTAVES),
        ),
        Corruption(
            gains=band_gains(bands),
            noise=normal["noise"].abs() * NOISE * applies["noise"],
            centre=torch.stack([uniform["cut_x"], uniform["cut_y"]], dim=1),
            cut=applies["cutout"],
        ),
    )
