"""Faces drawn by code in the seven expressions: a data set without a download that a classifier has to work for."""

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import EXPRESSIONS, IMAGE_SIZE, SPLITS, Dataset, Split, make_dataset
from fer.data.drawn.paint import paint
from fer.data.drawn.person import sample_face
from fer.errors import RequestError
from fer.runtime.progress import progress
from fer.study import DrawnSpec

PROPORTIONS = (3995, 436, 4097, 7215, 4830, 3171, 4965)
"""Class proportions: those of FER2013's training images."""
BATCH = 64
"""Faces painted at once: as many as stay in a core's cache. Pixels do not depend on it."""


def draw_dataset(spec: DrawnSpec) -> Dataset:
    """Draw a data set. A face depends on the seed, its split, its index in the split and its label only.

    Raises RequestError where a split is too small to hold every expression.
    """
    counts = {"train": spec.train, "validation": spec.validation, "test": spec.test}
    splits = {}
    for number, name in enumerate(SPLITS):
        if counts[name] < len(EXPRESSIONS):
            raise RequestError(f"drawn: {name} is {counts[name]}; at least {len(EXPRESSIONS)}, one of each expression")
        labels = _labels(counts[name], (spec.seed, number))
        splits[name] = Split(draw_faces(labels, (spec.seed, number), f"drawing {name}"), labels)
    return make_dataset(EXPRESSIONS, splits, where="drawn")


def draw_faces(labels: NDArray[np.int64], stream: tuple[int, ...], what: str = "drawing faces") -> NDArray[np.uint8]:
    """Draw a face for each label (n,), uint8 (n, 48, 48). Face i is decided by (stream, i) and its label."""
    images = np.empty((len(labels), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    with progress(len(labels), what, "face") as bar:
        for start in range(0, len(labels), BATCH):
            stop = min(start + BATCH, len(labels))
            generators = [np.random.default_rng((*stream, index)) for index in range(start, stop)]
            faces = [
                sample_face(EXPRESSIONS[label], random)
                for label, random in zip(labels[start:stop], generators, strict=True)
            ]
            images[start:stop] = paint(faces, generators)
            bar.update(stop - start)
    return images


def _labels(count: int, stream: tuple[int, int]) -> NDArray[np.int64]:
    """Labels in the class proportions (largest remainders, at least one of each), in a random order."""
    ideal = np.array(PROPORTIONS) / sum(PROPORTIONS) * count
    sizes = np.maximum(1, np.floor(ideal).astype(np.int64))
    while sizes.sum() < count:
        sizes[np.argmax(ideal - sizes)] += 1
    while sizes.sum() > count:
        sizes[np.argmax(sizes - ideal * (sizes > 1))] -= 1
    labels = np.repeat(np.arange(len(EXPRESSIONS)), sizes)
    return np.random.default_rng((*stream, 2**32)).permutation(labels)
