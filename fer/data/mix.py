"""Training sets of real and synthetic images at a given real ratio, and their controls.

Choices nest: the real images at a smaller ratio are among those at a larger one, and a control holds exactly the real
images of its mix, split into trained and held-out ones in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Split
from fer.data.proportions import label_sequence
from fer.errors import RequestError

HELD_OUT_EVERY = 10
_REAL_STREAM = 0x6D6978  # keeps this stream of random numbers apart from others with the same seed


@dataclass(frozen=True)
class Mix:
    """A training set, with a held-out part that is never trained on and validates the mix."""

    images: NDArray[np.uint8]
    """(m, 48, 48)."""
    labels: NDArray[np.int64]
    """(m,)."""
    real: NDArray[np.bool_]
    """(m,), true for real images."""
    held_out: NDArray[np.bool_]
    """(m,), true for about every tenth image of each class and origin."""
    epoch_size: int
    """N, the images shown in one epoch, however many the set holds."""

    @property
    def trained(self) -> Split:
        """The images that are trained on."""
        return Split(self.images[~self.held_out], self.labels[~self.held_out])

    @cached_property
    def validation(self) -> Split:
        """The held-out images whose pixels are not trained on.

        FER2013 repeats images: 8.6 % of what is held out of its training split occurs a second time in the rest.
        """
        trained = {image.tobytes() for image in self.images[~self.held_out]}
        unseen = self.held_out.copy()
        unseen[self.held_out] = [image.tobytes() not in trained for image in self.images[self.held_out]]
        return Split(self.images[unseen], self.labels[unseen])


def class_counts(labels: NDArray[np.int64], classes: int) -> tuple[int, ...]:
    """Images per class."""
    return tuple(int(count) for count in np.bincount(labels, minlength=classes))


def choose_real(labels: NDArray[np.int64], classes: int, ratio: float, seed: int) -> NDArray[np.int64]:
    """Indices of the real images of a mix: round(ratio * N) of them, in the real class proportions.

    Stratified and nested: for one seed, a smaller ratio's choice is contained in a larger one's.
    """
    counts = class_counts(labels, classes)
    wanted = class_counts(label_sequence(counts, 0, round(ratio * len(labels))), classes)
    chosen = [_shuffled(labels, label, seed)[:count] for label, count in enumerate(wanted)]
    return np.concatenate(chosen)


def build_mix(
    train: Split,
    classes: Sequence[str],
    *,
    ratio: float,
    seed: int,
    synthetic: Sequence[Split] = (),
    uniform: bool = False,
) -> Mix:
    """A mix of size N (N per volume at ratio 0.0), or with no ``synthetic`` the real images of that ratio alone.

    train: the real training split of N images, whose labels are positions in ``classes``. synthetic: blocks of N
    samples each (or fewer), one per volume; the classes of the synthetic part complete the real ones to the real
    proportions, or are equal where the samples are ``uniform``. Raises RequestError where a class has too few samples.
    """
    size, number = len(train.labels), len(classes)
    counts = class_counts(train.labels, number)
    chosen = choose_real(train.labels, number, ratio, seed)
    parts = [_Part(train.images[chosen], train.labels[chosen], real=True)]
    for volume, block in enumerate(synthetic, start=1):
        if uniform:
            first = (volume - 1) * size  # where the block begins in its generator's sequence of labels
            wanted = class_counts(label_sequence((1,) * number, first, size - len(chosen)), number)
        else:
            real = class_counts(train.labels[chosen], number)
            wanted = tuple(all_ - real_ for all_, real_ in zip(counts, real, strict=True))
        there = class_counts(block.labels, number)
        for label, name in enumerate(classes):
            if there[label] < wanted[label]:
                raise RequestError(
                    f"ratio {ratio:g} needs {wanted[label]:,} samples of class {name} in volume {volume}, but there "
                    f"are {there[label]:,}; add images or choose a higher ratio"
                )
        picked = _first_of_each(block.labels, wanted)
        parts.append(_Part(block.images[picked], block.labels[picked], real=False))
    return Mix(
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        real=np.concatenate([np.full(len(part.labels), part.real) for part in parts]),
        held_out=np.concatenate([_held_out(part.labels, number) for part in parts]),
        epoch_size=size,
    )


@dataclass(frozen=True)
class _Part:
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    real: bool


def _shuffled(labels: NDArray[np.int64], label: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng([_REAL_STREAM, seed, label])
    return rng.permutation(np.flatnonzero(labels == label))


def _first_of_each(labels: NDArray[np.int64], wanted: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label, count in enumerate(wanted)])


def _held_out(labels: NDArray[np.int64], classes: int) -> NDArray[np.bool_]:
    """Every tenth image of a class, counted from its fifth, so that a class of five already has one."""
    mask = np.zeros(len(labels), dtype=np.bool_)
    for label in range(classes):
        mask[np.flatnonzero(labels == label)[HELD_OUT_EVERY // 2 - 1 :: HELD_OUT_EVERY]] = True
    return mask
