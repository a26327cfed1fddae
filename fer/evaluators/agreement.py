"""Agreement of asked and read labels, and what it would be by chance, from their confusion matrix."""

import numpy as np
from numpy.typing import NDArray

Confusion = NDArray[np.int64]
"""(classes, classes) counts: rows are asked (or true) classes, columns are those that were read."""

STANDARD_ERRORS = 3.0
"""A difference counts beyond so many standard errors."""
_ROUNDING = 1e-9


def confusion_of(asked: NDArray[np.int64], read: NDArray[np.int64], classes: int) -> Confusion:
    """Counts of each pair of labels, (n,) both."""
    counts: Confusion = np.bincount(asked * classes + read, minlength=classes**2).reshape(classes, classes)
    return counts


def agreement(confusion: Confusion) -> float:
    """Share of images that are read as what was asked for."""
    return float(confusion.trace() / confusion.sum())


def chance(confusion: Confusion) -> tuple[float, float]:
    """What the agreement would be with the asked labels shuffled: its expectation, and its standard error.

    Expected is the sum over classes of asked share times read share. The error is that of a sum of matrix elements
    picked by a random permutation (Hoeffding 1951, A combinatorial central limit theorem, Ann. Math. Statist. 22, 558):
    variance sum(d_ij^2) / (n - 1) with d_ij = a_ij less the means of its row and column, plus the mean of all.
    Needs two images.
    """
    count = confusion.sum()
    asked, read = (confusion.sum(axis=axis) / count for axis in (1, 0))
    expected = float(asked @ read)
    centred = np.eye(len(asked)) - read[:, None] - asked[None, :] + expected
    variance = count**2 * np.sum(np.outer(asked, read) * centred**2) / (count - 1)
    return expected, float(np.sqrt(variance) / count)


def is_above_chance(confusion: Confusion) -> bool:
    """Whether the labels agree better than shuffled ones would, by more than STANDARD_ERRORS."""
    expected, error = chance(confusion)
    return agreement(confusion) > expected + STANDARD_ERRORS * error + _ROUNDING


def shares(confusion: Confusion) -> NDArray[np.float64]:
    """Each row's counts as shares of it; zeros where a row is empty."""
    found: NDArray[np.float64] = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return found
