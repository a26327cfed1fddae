"""Features whose distances are known, or at least the same for everybody."""

import numpy as np

from fer.metrics.frechet import Features


def features(count: int, size: int, seed: int, shift: float = 0.0) -> Features:
    """Non-negative features (count, size), as networks have them, whose coordinates depend on each other."""
    hidden = np.random.default_rng(seed).standard_normal((count, size))
    mixing = np.random.default_rng(7).standard_normal((size, size)) / np.sqrt(size)
    return np.asarray(np.maximum(hidden @ mixing + shift, 0), dtype=np.float32)
