"""The judge of a generator's training: how well samples show the label that was asked for, and how real they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Split
from fer.evaluators.agreement import Confusion, agreement, chance, confusion_of
from fer.evaluators.labels import label_fault, read_elsewhere
from fer.evaluators.network import Reading
from fer.metrics.frechet import FrechetReference


class Reader(Protocol):
    """Whatever reads images as an evaluator does."""

    def read(self, images: NDArray[np.uint8]) -> Reading:
        """What it makes of ``images``, uint8 (n, 48, 48)."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the judge says of samples."""

    agreement: float
    """Share of them that is read as the label that was asked for."""
    chance: float
    """What samples without regard to the label would give: the sum over classes of asked share times read share. For a
    network of a single class, how often real images of the other classes are read as it."""
    frechet: float
    """Fréchet distance of their features to those of as many real validation images."""
    confusion: Confusion
    """(asked, read), in the data set's classes."""


class Judge:
    """Scores samples beside the real validation images; made once for a network and asked about each snapshot."""

    asked: NDArray[np.int64]
    """(m,): what samples are to be asked for, positions in the *network's* classes. They are the labels of the real
    images on the other side of the distance: the validation images, or for a network of one class those of it."""
    confusion: Confusion
    """(true, read) of all real validation images: the judge's own faults."""

    def __init__(
        self, reader: Reader, validation: Split, classes: Sequence[str], class_name: str | None = None
    ) -> None:
        """``validation``: the real validation split, labels are positions in ``classes``, the data set's.

        ``class_name``: the one class of a network of its own, or None for a network of all classes.
        """
        self._reader, self._classes, self._class_name = reader, tuple(classes), class_name
        real = reader.read(validation.images)
        self.confusion = confusion_of(validation.labels, real.labels, len(self._classes))
        if class_name is None:
            own = np.ones(len(validation), dtype=np.bool_)
        else:
            own = validation.labels == self._classes.index(class_name)
        self._labels = validation.labels[own]  # in the data set's classes
        self.asked = self._labels if class_name is None else np.zeros_like(self._labels)
        self._reference = FrechetReference(real.features[own])

    def verdict(self, images: NDArray[np.uint8]) -> Verdict:
        """What to say of ``images``, uint8 (m, 48, 48), that were made for ``asked``, in that order."""
        reading = self._reader.read(images)
        confusion = confusion_of(self._labels, reading.labels, len(self._classes))
        if self._class_name is None:
            by_chance, _ = chance(confusion)
        else:
            by_chance = read_elsewhere(self.confusion, self._classes.index(self._class_name))
        return Verdict(agreement(confusion), by_chance, self._reference.distance(reading.features), confusion)

    def label_fault(self, verdict: Verdict) -> str | None:
        """What is wrong with the labels of finished samples, in one line; None where they are sound.

        Not for snapshots: early ones agree by chance.
        """
        return label_fault(verdict.confusion, self.confusion, self._classes)
