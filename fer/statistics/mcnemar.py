"""Whether two networks are right equally often on the same images."""

import numpy as np
from numpy.typing import NDArray


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> float:
    """Exact two-sided p-value (McNemar 1947) that they are, from which images (n,) each of them has right.

    A claim about these two networks, and about nothing else.
    """
    from scipy.stats import binomtest

    only_first, only_second = int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    differing = only_first + only_second
    return float(binomtest(only_first, differing).pvalue) if differing else 1.0
