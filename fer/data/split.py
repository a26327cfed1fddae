"""Splits for data sets that come without: stratified, seeded, and independent of the order and names of files."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from fer.data.duplicates import image_keys

SPLIT_SEED = 0
SHARE = 0.1
"""Share of each class that becomes a split of its own."""


def draw_parts(
    images: NDArray[np.uint8], labels: NDArray[np.int64], parts: int, seed: int = SPLIT_SEED
) -> NDArray[np.int64]:
    """Which part each image goes to: 1 ... ``parts`` hold a tenth of each class (at least one image), 0 the rest.

    Within a class, images are ranked by a salted BLAKE2b digest of their pixels, and the first go into parts. Identical
    images of a class stay together, so that parts share no image of the same class.
    """
    salt = seed.to_bytes(16, "little")
    ranks = [hashlib.blake2b(bytes(key), digest_size=16, salt=salt).digest() for key in image_keys(images)]
    chosen = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        members = sorted(np.flatnonzero(labels == label).tolist(), key=ranks.__getitem__)
        size = max(1, round(SHARE * len(members)))
        first = 0
        for place, member in enumerate(members):
            if ranks[member] != ranks[members[first]]:
                first = place
            part = first // size + 1
            chosen[member] = part if part <= parts else 0
    return chosen
