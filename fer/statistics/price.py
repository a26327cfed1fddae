"""The price of samples in real images: how many real images alone do as well as a mix."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fer.statistics.components import Components, Floats
from fer.statistics.estimate import LEVEL, half_width

_STEPS = 100
"""Numbers of images that are tried between two controls."""


@dataclass(frozen=True)
class Images:
    """A number of real images, or on which side of the controls it lies."""

    number: float
    beyond: Literal["", "fewer than", "more than"] = ""


@dataclass(frozen=True)
class Price:
    """The number of real images whose control reaches the mix's score, and the ends of its interval."""

    value: Images
    low: Images
    high: Images


def price(images: Floats, found: Components) -> Price:
    """What a mix is worth in real images.

    images: (m,), rising: how many real images each control trains on. found: of m + 1 conditions, the mix first and
    then the controls. The curve through the controls is made monotone (isotonic regression) and is straight between
    them on a logarithmic scale of images; beyond the first and last control nothing is assumed.

    The interval holds the numbers of images at which mix and curve do not differ at ``fer.statistics.estimate.LEVEL``
    (a test inverted, after Fieller 1954), so that it is as sure as differences are, and may be open at either end.
    """
    curve, pooled = _monotone(found.means[1:])
    tried, shares = _between(images)
    weights = np.column_stack([np.ones(len(tried)), -(shares @ pooled)])
    above, half = weights @ found.means, half_width(LEVEL, *found.errors(weights), found.seeds)
    not_better, not_worse = np.flatnonzero(above - half <= 0), np.flatnonzero(above + half >= 0)
    last_better = not_better[0] - 1 if len(not_better) else len(tried)
    first_worse = not_worse[-1] + 1 if len(not_worse) else -1
    return Price(_reaching(found.means[0], images, curve), _limit(tried, last_better), _limit(tried, first_worse))


def _monotone(scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The nearest rising curve, and the weights (m, m) of the scores in each of its points."""
    from scipy.optimize import isotonic_regression

    found = isotonic_regression(scores)
    pooled = np.zeros((len(scores), len(scores)))
    for first, end in zip(found.blocks[:-1], found.blocks[1:], strict=True):
        pooled[first:end, first:end] = 1 / (end - first)
    return np.asarray(found.x), pooled


def _between(images: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers of images from the first control to the last (n,), and the share of each control in them (n, m)."""
    places = np.linspace(0, len(images) - 1, _STEPS * (len(images) - 1) + 1)
    shares = np.maximum(0.0, 1 - np.abs(places[:, None] - np.arange(len(images))))
    tried = np.exp(shares @ np.log(images))
    tried[::_STEPS] = images  # to the last digit
    return tried, shares


def _reaching(score: float, images: Floats, curve: NDArray[np.float64]) -> Images:
    """The fewest images at which the curve reaches a score."""
    if score < curve[0]:
        return Images(float(images[0]), "fewer than")
    if score > curve[-1]:
        return Images(float(images[-1]), "more than")
    after = int(np.searchsorted(curve, score))
    if after == 0:
        return Images(float(images[0]))
    low, high = curve[after - 1], curve[after]
    share = (score - low) / (high - low)
    return Images(float(np.exp((1 - share) * np.log(images[after - 1]) + share * np.log(images[after]))))


def _limit(tried: NDArray[np.float64], place: int) -> Images:
    """An end of the interval: open where it lies beyond what was tried."""
    if place < 0:
        return Images(float(tried[0]), "fewer than")
    if place >= len(tried):
        return Images(float(tried[-1]), "more than")
    return Images(float(tried[place]))
