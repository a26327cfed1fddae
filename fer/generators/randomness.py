"""Random numbers of a training by its seed and the step alone: nothing need be saved to go on with the same ones."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEPS, _ORDER = 1, 2


def step_random(seed: int, step: int) -> np.random.Generator:
    """The generator of random numbers for one step of training."""
    return np.random.default_rng([_STEPS, seed, step])


def images_shown(count: int, start: int, length: int, seed: int) -> NDArray[np.int64]:
    """Which of ``count`` images are shown as number ``start`` to ``start + length``.

    Each pass shows every image once, in an order of its own.
    """
    numbers = np.arange(start, start + length)
    chosen = np.empty(length, dtype=np.int64)
    for turn in range(start // count, (start + length - 1) // count + 1):
        here = numbers // count == turn
        chosen[here] = _order(count, turn, seed)[numbers[here] % count]
    return chosen


@lru_cache(maxsize=4)
def _order(count: int, turn: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng([_ORDER, seed, turn]).permutation(count)
