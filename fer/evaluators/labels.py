"""The check for labels that mean something else than they say: classes permuted, shuffled or never learned."""

from collections.abc import Sequence
from math import lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

from fer.evaluators.agreement import STANDARD_ERRORS, Confusion, agreement, chance, is_above_chance, shares

MIXED_UP = "labels are mixed up"
SAY_NOTHING = "labels say nothing about the samples"
UNCHECKED = "labels cannot be checked"
"""What may be wrong; a fault begins with one of these."""
_MOST_PAIRS = 7
_RISK = 0.01
"""Samples of one class are checked where sound ones would be called faulty less often than this."""


def label_fault(confusion: Confusion, own: Confusion, classes: Sequence[str], reader: str = "judge") -> str | None:
    """Why samples' labels cannot be trusted, in one line; None where they are sound.

    ``confusion``: (asked, read) of the samples; ``own``: (true, read) on real images, by the same ``reader``, which is
    its name in the line. Of samples of several classes two things are wrong: another assignment of read classes to
    asked ones fits better than the labels do, or they agree no better than shuffled labels. Of samples of one class:
    they are read as it no more often than real images of the other classes. A reader that cannot tell real images
    apart can tell neither, and the line says so.

    Sound labels are called mixed up less than once in a thousand times. That they say nothing is said of samples, too,
    that are so few or show their labels so weakly that they do not stand out from chance.
    """
    asked = np.flatnonzero(confusion.sum(axis=1))
    if len(asked) == 1:
        return _fault_of_one(confusion, own, classes, int(asked[0]), reader)
    if not is_above_chance(own):
        return _blind(reader, f"agreement {agreement(own):.3f}, by chance {chance(own)[0]:.3f}")
    moved = _better_assignment(confusion, own)
    expected, _ = chance(confusion)
    figures = f"agreement {agreement(confusion):.3f}, by chance {expected:.3f}, of real images {agreement(own):.3f}"
    if moved:
        share = shares(confusion)
        pairs = [
            f"asked for {name}, read as {classes[b]} ({share[a, b]:.0%}) rather than {name} ({share[a, a]:.0%})"
            for name, a, b in ((classes[a], a, b) for a, b in moved)
        ]
        more = [f"and {len(pairs) - _MOST_PAIRS} more"] if len(pairs) > _MOST_PAIRS else []
        return f"{MIXED_UP}: {'; '.join([*pairs[:_MOST_PAIRS], *more])} ({figures})"
    if not is_above_chance(confusion):
        return f"{SAY_NOTHING} ({figures})"
    return None


def fault_in_short(fault: str) -> str:
    """Which of MIXED_UP, SAY_NOTHING and UNCHECKED a line of ``label_fault`` says, without its figures."""
    return next(short for short in (MIXED_UP, SAY_NOTHING, UNCHECKED) if fault.startswith(short))


def read_elsewhere(own: Confusion, label: int) -> float:
    """How often real images of the other classes are read as ``label``."""
    others = np.delete(own, label, axis=0)
    return float(others[:, label].sum() / others.sum())


def _better_assignment(confusion: Confusion, own: Confusion) -> list[tuple[int, int]]:
    """The (asked, read) pairs of another one-to-one assignment that fits significantly better; empty where none does.

    McNemar's comparison with the labels as they are, over the samples that one of both gets right, with the bound of
    the normal distribution raised for the choice of the best of all assignments. An assignment that fits real images as
    well as it fits the samples is the judge's fault.
    """
    from scipy.optimize import linear_sum_assignment

    every, chosen = linear_sum_assignment(confusion, maximize=True)
    labels = np.diagonal(confusion)
    gain = _gain(confusion, chosen)
    told_apart = int((confusion[every, chosen] + labels)[chosen != every].sum())
    bound = sqrt(STANDARD_ERRORS**2 + 2 * lgamma(len(confusion) + 1))
    if gain <= max(0.0, _gain(own, chosen) * confusion.sum() / own.sum()) + bound * sqrt(told_apart):
        return []
    return [(int(a), int(b)) for a, b in zip(every, chosen, strict=True) if confusion[a, b] > confusion[a, a]]


def _gain(confusion: Confusion, chosen: NDArray[np.int64]) -> float:
    """How many more images an assignment gets right than the labels as they are."""
    return float(confusion[np.arange(len(chosen)), chosen].sum() - confusion.trace())


def _fault_of_one(confusion: Confusion, own: Confusion, classes: Sequence[str], label: int, reader: str) -> str | None:
    """Binomial tests, since a class may have few images and be read rarely."""
    from scipy.stats import binom, norm

    name, count = classes[label], int(confusion[label].sum())
    elsewhere, itself = read_elsewhere(own, label), shares(own)[label, label]
    least = int(binom.isf(norm.sf(STANDARD_ERRORS), count, elsewhere)) + 1
    if binom.cdf(least - 1, count, itself) > _RISK:  # as many real images of the class would not pass for sure
        return _blind(
            reader, f"{name} is read as itself in {itself:.1%}, the other classes as {name} in {elsewhere:.1%}"
        )
    if confusion[label, label] >= least:
        return None
    share, top = shares(confusion)[label], int(confusion[label].argmax())
    return (
        f"{SAY_NOTHING}: asked for {name}, mostly read as {classes[top]} ({share[top]:.0%}); "
        f"read as {name} in {share[label]:.1%}, as real images of the other classes are in {elsewhere:.1%}"
    )


def _blind(reader: str, figures: str) -> str:
    return f"{UNCHECKED}: the {reader} does not tell real images apart ({figures})"
