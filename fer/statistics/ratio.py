"""The interval of a ratio of two independent figures."""

import numpy as np

from fer.statistics.estimate import LEVEL, Interval


def ratio_interval(above: float, above_error: float, below: float, below_error: float) -> Interval:
    """Of ``above / below``, both larger than zero, from their standard errors.

    Both sides alike on a logarithmic scale, where relative errors add as squares (the delta method; Katz et al. 1978,
    Biometrics 34, 469, for a ratio of shares).
    """
    from scipy.special import ndtri

    error = np.hypot(above_error / above, below_error / below)
    factor = float(np.exp(ndtri((1 + LEVEL) / 2) * error))
    return Interval(above / below / factor, above / below * factor)
