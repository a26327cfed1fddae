import numpy as np
import pytest

from fer.generators.randomness import images_shown
from fer.generators.sampling import BATCH, aligned_batches, number_within_label, sample_noise


def test_noise_depends_on_seed_label_and_number_and_on_nothing_else() -> None:
    labels, numbers = np.array([0, 1, 0, 3]), np.array([0, 0, 1, 70_000])
    together = sample_noise(labels, numbers, seed=5, size=16)
    for place in range(4):
        alone = sample_noise(labels[place : place + 1], numbers[place : place + 1], seed=5, size=16)
        assert np.array_equal(alone[0], together[place])
    assert len(np.unique(together[:, 0])) == 4
    assert not np.array_equal(sample_noise(labels, numbers, seed=6, size=16), together)


def test_noise_is_standard_normal_and_uncorrelated_between_neighbours() -> None:
    noise = sample_noise(np.zeros(2000, np.int64), np.arange(2000), seed=0, size=64)
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1) < 0.02
    assert abs((noise[1:] * noise[:-1]).mean()) < 0.02


def test_a_sample_is_numbered_among_those_of_its_label() -> None:
    labels = np.array([2, 0, 2, 2, 0])
    assert number_within_label(labels, np.array([10, 0, 20])).tolist() == [20, 10, 21, 22, 11]


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, BATCH), (10, 300), (3 * BATCH - 1, 2)])
def test_batches_cover_a_run_once_and_keep_every_position_at_its_place(first: int, count: int) -> None:
    covered = []
    for batch in aligned_batches(first, count):
        assert len(batch.rows) == BATCH
        assert batch.rows.min() >= 0
        assert batch.rows.max() < count
        places = np.arange(BATCH)[batch.wanted]
        assert np.array_equal((batch.rows[batch.wanted] + first) % BATCH, places)
        covered += batch.rows[batch.wanted].tolist()
    assert covered == list(range(count))


def test_every_pass_over_the_images_shows_each_once_in_a_new_order() -> None:
    shown = images_shown(10, 0, 30, seed=0).reshape(3, 10)
    assert all(sorted(turn) == list(range(10)) for turn in shown.tolist())
    assert len({tuple(turn) for turn in shown.tolist()}) == 3


def test_what_is_shown_does_not_depend_on_how_it_is_asked_for() -> None:
    whole = images_shown(7, 0, 100, seed=3)
    assert np.array_equal(np.concatenate([images_shown(7, s, 25, seed=3) for s in (0, 25, 50, 75)]), whole)
