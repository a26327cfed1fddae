"""Scores whose spread between seeds and between resamples is chosen, so that tests know what must come of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer.statistics.components import Components, components

RESAMPLES = 2000


def found(conditions: Sequence[Sequence[float]], common: float = 0.0, own: float = 0.0) -> Components:
    """Components of each condition's scores by seed.

    common: standard deviation over resampled images that the seeds of a condition share; own: that of each network.
    """
    values = np.array(conditions).T
    rng = np.random.default_rng(5)
    noise = _uncorrelated(rng.standard_normal((len(values) + 1, values.shape[1], RESAMPLES)))
    return components(values, values[:, :, None] + common * noise[:1] + own * noise[1:])


def _uncorrelated(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows whose means are zero, whose variances are one, and whose covariances are zero, not just nearly."""
    rows = noise.reshape(-1, noise.shape[-1])
    orthogonal = np.linalg.qr((rows - rows.mean(axis=1, keepdims=True)).T)[0].T
    return np.asarray(orthogonal * np.sqrt(RESAMPLES - 1)).reshape(noise.shape)
