"""What every figure of an assessment is computed from: samples, real images, and equal numbers of both."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Dataset, Split
from fer.data.duplicates import image_keys
from fer.data.mix import class_counts
from fer.data.proportions import label_sequence

_HELD_OUT_STREAM = 0x68656C64  # keeps this stream of random numbers apart from others with the same seed


@dataclass(frozen=True, eq=False)
class Comparison:
    """Samples beside the real data set that they imitate."""

    dataset: Dataset
    synthetic: Split
    uniform: bool = False
    """Whether the samples were asked for in equal class proportions rather than the real ones."""

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
        order = np.random.default_rng(_HELD_OUT_STREAM).permutation(np.sort(kept))
        return Split(images[order], labels[order])

    @cached_property
    def matched(self) -> tuple[Split, Split]:
        """As many samples as held-out real images in every class: the first of each that both have enough of."""
        synthetic, real = [], []
        for label in range(len(self.dataset.classes)):
            ours = np.flatnonzero(self.synthetic.labels == label)
            theirs = np.flatnonzero(self.held_out.labels == label)
            number = min(len(ours), len(theirs))
            synthetic.append(ours[:number])
            real.append(theirs[:number])
        return _take(self.synthetic, np.concatenate(synthetic)), _take(self.held_out, np.concatenate(real))


def _take(split: Split, places: NDArray[np.int64]) -> Split:
    return Split(split.images[places], split.labels[places])
