"""Made-up studies with the structure of real ones: hard and easy images that all networks share, and unequal seeds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SUPPORT = (491, 55, 528, 879, 594, 416, 626)
"""Images per class of FER2013's test split, 3,589 in all."""
CLASSES = len(SUPPORT)
LABELS = np.repeat(np.arange(CLASSES), SUPPORT)
FEWER_LABELS = LABELS[::5]
"""A fifth of them, for many studies: cheaper, and chance in the images weighs more beside that of the seeds."""
_EASE = np.array([0.1, -0.5, -0.7, 1.8, -0.2, 1.0, 0.5])


@dataclass(frozen=True)
class Procedure:
    """A way to train networks."""

    skill: float = 0.0
    """Added to the log odds of every image; 0.19 is worth about three points of macro-F1."""
    taste: float = 0.0
    """Spread of what the procedure makes of single images, in log odds, whatever the seed."""


def predictions(
    rng: np.random.Generator,
    procedures: list[Procedure],
    seeds: int,
    between_seeds: float = 0.06,
    labels: NDArray[np.int64] = LABELS,
) -> NDArray[np.uint8]:
    """Predicted labels (seeds, procedures, images) of one study, with test images of its own.

    between_seeds: spread of log odds between seeds; 0.06 is about a point of macro-F1.
    """
    images = len(labels)
    ease = _EASE[labels] + 1.5 * rng.standard_normal(images)
    likely_error = (labels + rng.integers(1, CLASSES, images)) % CLASSES
    found = np.empty((seeds, len(procedures), images), np.uint8)
    for place, procedure in enumerate(procedures):
        odds = ease + procedure.skill + procedure.taste * rng.standard_normal(images)
        for seed in range(seeds):
            log_odds = odds + between_seeds * rng.standard_normal()
            right = rng.random(images) < 1 / (1 + np.exp(-log_odds))
            other = (labels + rng.integers(1, CLASSES, images)) % CLASSES
            wrong = np.where(rng.random(images) < 0.6, likely_error, other)
            found[seed, place] = np.where(right, labels, wrong)
    return found
