"""Which label comes next, so that every prefix of a sequence follows given class proportions."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def label_sequence(counts: tuple[int, ...], start: int, length: int) -> NDArray[np.int64]:
    """Labels ``start`` to ``start + length`` of the sequence that follows the proportions of ``counts``.

    Label i depends on i alone, never on how many are asked for. After any number t of labels, class c has been named
    t * counts[c] / sum(counts) times up to less than one, so that after sum(counts) labels the counts are exact
    (R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32, 1980).

    Returns int64 of shape (length,) with values in [0, len(counts)). Raises ValueError where all counts are zero.
    """
    period = _one_period(counts)
    return period[np.arange(start, start + length) % len(period)]


@lru_cache(maxsize=16)
def _one_period(counts: tuple[int, ...]) -> NDArray[np.int64]:
    total = sum(counts)
    if total <= 0 or min(counts) < 0:
        raise ValueError(f"class counts must be non-negative and not all zero, not {counts}")
    present = [label for label, count in enumerate(counts) if count > 0]
    if len(present) == 1:
        return np.full(total, present[0], dtype=np.int64)
    # Everything is multiplied by total * (2k - 2), to decide in whole numbers.
    scale = 2 * len(present) - 2
    weights = np.array([counts[label] for label in present], dtype=np.int64)
    due = np.zeros(len(present), dtype=np.int64)  # scale * (t * weight - total * times named)
    chosen = np.empty(total, dtype=np.int64)
    for t in range(total):
        due += scale * weights
        slack = (scale - 1) * total - due
        urgency = np.where(due >= total, slack / weights, np.inf)
        best = int(np.argmin(urgency))
        due[best] -= scale * total
        chosen[t] = present[best]
    chosen.flags.writeable = False
    return chosen
