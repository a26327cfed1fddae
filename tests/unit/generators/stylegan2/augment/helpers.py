"""What the augmentations' tests share: strengths that change nothing, and images with known values everywhere."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fer.generators.stylegan2.augment.colour import Colour
from fer.generators.stylegan2.augment.corruption import Corruption
from fer.generators.stylegan2.augment.draws import Strengths
from fer.generators.stylegan2.augment.geometric import Geometry
from fer.generators.stylegan2.augment.spec import AugmentSpec

Floats = NDArray[np.float64]
ALL = AugmentSpec(filter=True, noise=True, cutout=True)


def only(*groups: str) -> AugmentSpec:
    """These groups and no others."""
    return AugmentSpec(**{name: name in groups for name in AugmentSpec.model_fields})


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def neutral_geometry(count: int, dtype: torch.dtype = torch.float64) -> Geometry:
    zeros, ones, pairs = (
        torch.zeros(count, dtype=dtype),
        torch.ones(count, dtype=dtype),
        torch.zeros(count, 2, dtype=dtype),
    )
    return Geometry(zeros.bool(), zeros.long(), pairs, ones, zeros, ones, zeros, pairs)


def neutral_colour(count: int) -> Colour:
    zeros, ones = torch.zeros(count, dtype=torch.float64), torch.ones(count, dtype=torch.float64)
    return Colour(zeros, ones, zeros.bool(), zeros, ones)


def neutral(count: int) -> Strengths:
    """Strengths that leave images as they are."""
    zeros = torch.zeros(count, dtype=torch.float64)
    corruption = Corruption(torch.ones(count, 4, dtype=torch.float64), zeros, torch.zeros(count, 2), zeros.bool())
    return Strengths(neutral_geometry(count), neutral_colour(count), corruption)


def noise_images(count: int, channels: int, side: int, seed: int = 0) -> Tensor:
    """White noise in [-1, 1] in double precision: an image that forgives no misplaced pixel."""
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.uniform(-1, 1, (count, channels, side, side)))


@dataclass(frozen=True)
class Waves:
    """A smooth image known at every point of the plane.

    A sum of products of cosines that fit between the first and the last pixel, so that they go on as their own
    reflections: the image continued by reflection is the same formula everywhere.
    """

    side: int
    terms: tuple[tuple[int, int, float], ...] = ((1, 0, 0.3), (0, 2, 0.2), (3, 1, 0.25), (2, 4, 0.15))
    """Half waves across, half waves down, amplitude. The differing pairs leave no symmetry for a mistake to hide in."""

    def at(self, x: Floats, y: Floats) -> Floats:
        """Values at points in pixels from the image's centre, x to the right and y downwards."""
        last = self.side - 1
        across, down = (np.pi * (values + last / 2) / last for values in (x, y))
        values: Floats = sum(
            (size * np.cos(i * across) * np.cos(j * down) for i, j, size in self.terms), np.zeros_like(across)
        )
        return values

    def grid(self) -> tuple[Floats, Floats]:
        """Coordinates of the pixels, each (s, s)."""
        places = np.arange(self.side) - (self.side - 1) / 2
        x, y = np.meshgrid(places, places)
        return x, y

    def image(self) -> Tensor:
        """(1, 1, s, s)."""
        return torch.from_numpy(self.at(*self.grid()))[None, None]
