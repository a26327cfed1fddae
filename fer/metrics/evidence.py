"""What an assessment's figures are computed from beside the images: what networks make of them. Read once, used by all.

Its sets: SAMPLES, HELD_OUT real images and a REFERENCE of training images, equally many of each class; and for the
nearest neighbours TRAINING, all distinct training images, and ALL_SAMPLES that are assessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer.evaluators.judge import Reader
from fer.evaluators.network import Reading
from fer.metrics.comparison import Comparison, Places
from fer.metrics.embedding import MOST_EACH, Plane, embed
from fer.metrics.frechet import Features
from fer.metrics.neighbours import Neighbours, find_neighbours
from fer.runtime.progress import progress

FEATURES, JUDGE, READER, INCEPTION = "features", "judge", "reader", "inception"
SAMPLES, HELD_OUT, REFERENCE = "samples", "held out", "reference"
ALL_SAMPLES, TRAINING = "all samples", "training"
PIXELS = "pixels"
SIDES = {"synthetic": SAMPLES, "real": HELD_OUT}
"""What stands beside each other in the figures, by its name there."""

_SETS = {
    FEATURES: (ALL_SAMPLES, HELD_OUT, TRAINING),  # of which samples and reference are parts
    JUDGE: (SAMPLES, HELD_OUT, REFERENCE),
    READER: (SAMPLES, HELD_OUT),
    INCEPTION: (SAMPLES, HELD_OUT, REFERENCE),
}
_PART = 1024


@dataclass(frozen=True, eq=False)
class Network:
    """A network to read images with."""

    reader: Reader
    about: Mapping[str, Any]
    """What is said of it beside its figures, as JSON values."""


Networks = Mapping[str, Network]
"""By name: FEATURES, JUDGE, READER, and INCEPTION where its weights are given."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that figures need; ``gather`` makes it."""

    comparison: Comparison
    networks: Networks
    readings: Mapping[str, Mapping[str, Reading]]
    """By network and set."""

    def features(self, network: str, of: str) -> Features:
        """A network's features (n, d) of a set."""
        return self.readings[network][of].features

    def pixels(self, of: str) -> Features:
        """The same of no network: pixels (n, h x w) whose Euclidean distance is the root mean square difference of two
        images, in grey levels."""
        images = _images(self.comparison, of)
        flat = images.reshape(len(images), -1).astype(np.float32)
        flat /= np.sqrt(np.float32(flat.shape[1]))
        return flat

    @cached_property
    def plane(self) -> Plane:
        """Pictures of the features of MOST_EACH images of each set at most."""
        chosen = self.comparison.matched.first(MOST_EACH)
        training, held_out, samples = (self.features(FEATURES, name)[chosen] for name in (REFERENCE, HELD_OUT, SAMPLES))
        return embed(training, held_out, samples, self.comparison.matched.labels[chosen])

    @cached_property
    def neighbours(self) -> dict[str, Neighbours]:
        """Who is the nearest to whom, in PIXELS and in FEATURES."""
        return {
            PIXELS: self._neighbours(self.pixels),
            FEATURES: self._neighbours(partial(self.features, FEATURES)),
        }

    def _neighbours(self, space: Callable[[str], Features]) -> Neighbours:
        tested = self.comparison.tested
        return find_neighbours(
            space(ALL_SAMPLES),
            space(HELD_OUT),
            space(TRAINING),
            compared=self.comparison.matched.synthetic,
            members=tested.members,
            others=tested.others,
        )


def gather(comparison: Comparison, networks: Networks) -> Evidence:
    """Let each network read what its figures need. Raises RequestError where there are too few images to compare."""
    total = sum(len(_images(comparison, name)) for network in networks for name in _SETS[network])
    readings: dict[str, dict[str, Reading]] = {}
    with progress(total, "read images", "images") as bar:
        for name, network in networks.items():
            readings[name] = {}
            for of in _SETS[name]:
                images = _images(comparison, of)
                parts = []
                for start in range(0, len(images), _PART):
                    parts.append(network.reader.read(images[start : start + _PART]))
                    bar.update(len(parts[-1].logits))
                readings[name][of] = _joined(parts)
    features, matched = readings[FEATURES], comparison.matched
    features[SAMPLES] = _part(features[ALL_SAMPLES], matched.synthetic)
    features[REFERENCE] = _part(features[TRAINING], matched.reference)
    return Evidence(comparison, networks, readings)


def _images(comparison: Comparison, of: str) -> NDArray[np.uint8]:
    matched = comparison.matched
    if of == ALL_SAMPLES:
        return comparison.synthetic.images
    if of == SAMPLES:
        return comparison.synthetic.images[matched.synthetic]
    if of == HELD_OUT:
        return comparison.held_out.images[matched.real]
    return comparison.training.images if of == TRAINING else comparison.training.images[matched.reference]


def _part(reading: Reading, places: Places) -> Reading:
    return Reading(reading.logits[places], reading.features[places])


def _joined(parts: list[Reading]) -> Reading:
    return Reading(np.concatenate([part.logits for part in parts]), np.concatenate([part.features for part in parts]))
