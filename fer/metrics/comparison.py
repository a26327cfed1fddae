"""What every figure of an assessment is computed from: samples, real images, and equal numbers of both."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Dataset, Split
from fer.data.duplicates import image_keys
from fer.data.mix import class_counts
from fer.data.proportions import label_sequence
from fer.errors import RequestError

Places = NDArray[np.int64]

MOST_IMAGES = 10_000
"""At most so many on each side: the time of many figures grows with the square."""
MOST_TRAINING = 50_000
"""Distinct training images among which neighbours are looked for, at most."""
LEAST_IMAGES = 10
"""Of fewer on each side no distance between sets means anything: of a class it is left out, of all it is refused."""
_HELD_OUT_STREAM = 0x68656C64  # keeps this stream of random numbers apart from others with the same seed
_TRAINING_STREAM = 0x747261696E


@dataclass(frozen=True, eq=False)
class Matched:
    """Equally many samples, held-out real images and training images in every class, the classes one after another."""

    synthetic: Places
    """(n,): where they lie among the samples."""
    real: Places
    """(n,): where they lie among the held-out images, which stand in for the samples in every floor."""
    reference: Places
    """(n,): where they lie among the distinct training images, with which both are compared."""
    labels: NDArray[np.int64]
    """(n,): of all three alike."""

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, most: int) -> Places:
        """Positions in these arrays of at most ``most`` of each, in the same class proportions, the first of each."""
        counts = class_counts(self.labels, int(self.labels.max()) + 1)
        wanted = _limited(counts, most)
        return np.concatenate([np.flatnonzero(self.labels == label)[:count] for label, count in enumerate(wanted)])


@dataclass(frozen=True, eq=False)
class Tested:
    """Equally many images of each class that the generator has and has not seen, the classes one after another."""

    members: Places
    """(k,): where they lie among the distinct training images, of which the generator saw them."""
    others: Places
    """(k,): where they lie among the held-out images that are matched, which it cannot have seen."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Samples beside the real data set that they imitate."""

    dataset: Dataset
    synthetic: Split
    uniform: bool = False
    """Whether the samples were asked for in equal class proportions rather than the real ones."""
    seen: Places | None = None
    """Where the images that the generator was trained on lie in the training split; None: on all, or nobody knows."""

    @cached_property
    def asked(self) -> tuple[int, ...]:
        """Samples per class among the N that were asked for, of which there may be fewer."""
        classes = len(self.dataset.classes)
        proportions = (1,) * classes if self.uniform else class_counts(self.dataset.train.labels, classes)
        return class_counts(label_sequence(proportions, 0, len(self.dataset.train)), classes)

    @cached_property
    def held_out(self) -> Split:
        """Distinct validation and test images that do not occur in training, in a seeded random order."""
        validation, test = self.dataset.validation, self.dataset.test
        images = np.concatenate([validation.images, test.images])
        labels = np.concatenate([validation.labels, test.labels])
        keys = image_keys(images)
        _, first = np.unique(keys, return_index=True)
        kept = first[~np.isin(keys[first], image_keys(self.dataset.train.images))]
        return _shuffled(Split(images, labels), kept, _HELD_OUT_STREAM)

    @cached_property
    def training(self) -> Split:
        """Distinct training images, MOST_TRAINING at most, in a seeded random order."""
        _, first = np.unique(image_keys(self.dataset.train.images), return_index=True)
        return _shuffled(self.dataset.train, first, _TRAINING_STREAM, MOST_TRAINING)

    @cached_property
    def matched(self) -> Matched:
        """The first of each class that all three sides have enough of; of MOST_IMAGES at most, classes in proportion.

        Raises RequestError where there are fewer than LEAST_IMAGES, or no two of a class.
        """
        sides = (self.synthetic.labels, self.held_out.labels, self.training.labels)
        counts = np.min([class_counts(labels, len(self.dataset.classes)) for labels in sides], axis=0)
        if counts.sum() < LEAST_IMAGES or counts.max() < 2:
            raise RequestError(
                f"only {counts.sum()} samples have a held-out real image of their class beside them; "
                f"an assessment needs {LEAST_IMAGES}, two of them of one class"
            )
        wanted = _limited(tuple(int(count) for count in counts), MOST_IMAGES)
        synthetic, real, reference = (
            np.concatenate([np.flatnonzero(labels == label)[:number] for label, number in enumerate(wanted)])
            for labels in sides
        )
        return Matched(synthetic, real, reference, self.synthetic.labels[synthetic])

    @cached_property
    def tested(self) -> Tested:
        """As many of each class as are matched, or as the generator saw if those are fewer. Raises as ``matched``."""
        own, held_out = self.training.labels[self._known], self.matched.labels
        members, others = [], []
        for label in range(len(self.dataset.classes)):
            mine, theirs = self._known[own == label], np.flatnonzero(held_out == label)
            number = min(len(mine), len(theirs))
            members.append(mine[:number])
            others.append(theirs[:number])
        return Tested(np.concatenate(members), np.concatenate(others))

    @cached_property
    def _known(self) -> Places:
        """Where the images that the generator was trained on lie among the distinct training images."""
        if self.seen is None:
            return np.arange(len(self.training))
        keys = image_keys(self.dataset.train.images[self.seen])
        return np.flatnonzero(np.isin(image_keys(self.training.images), keys))


def _limited(counts: tuple[int, ...], most: int) -> tuple[int, ...]:
    if sum(counts) <= most:
        return counts
    return class_counts(label_sequence(counts, 0, most), len(counts))


def _shuffled(split: Split, places: Places, stream: int, most: int | None = None) -> Split:
    order = np.random.default_rng(stream).permutation(np.sort(places))[:most]
    return Split(split.images[order], split.labels[order])
