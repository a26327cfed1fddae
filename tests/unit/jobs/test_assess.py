"""Which real images an assessment takes a generator to have seen."""

import numpy as np

from fer.data.dataset import Dataset, Split
from jobs.assess import what_it_saw
from jobs.train_gan import what_it_may_see

LABELS = np.repeat(np.arange(2), (30, 10)).astype(np.int64)
SPLIT = Split(np.random.default_rng(0).integers(0, 256, (40, 48, 48), dtype=np.uint8), LABELS)
DATASET = Dataset(("happy", "sad"), SPLIT, SPLIT, SPLIT, np.zeros(40, dtype=np.bool_))


def test_a_generator_that_serves_every_ratio_saw_every_training_image() -> None:
    assert what_it_saw(DATASET, {"generator": "cgan", "seed": "3"}) is None


def test_one_that_serves_one_mix_saw_what_it_was_trained_on() -> None:
    saw = what_it_saw(DATASET, {"generator": "honest", "seed": "3", "ratio": "0.25"})
    trained_on, _ = what_it_may_see(DATASET, {"ratio": 0.25, "seed": 3}, None)
    assert saw is not None
    assert (DATASET.train.images[saw] == trained_on.images).all()
