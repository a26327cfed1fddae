import numpy as np
import pytest

from fer.evaluators.agreement import agreement, chance, confusion_of, is_above_chance, shares


def test_a_confusion_counts_pairs_of_asked_and_read() -> None:
    confusion = confusion_of(np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0]), 3)
    assert confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert agreement(confusion) == pytest.approx(4 / 6)
    assert shares(confusion)[2].tolist() == pytest.approx([1 / 3, 0, 2 / 3])


def test_chance_is_what_shuffled_labels_give_and_how_much_they_vary() -> None:
    random = np.random.default_rng(0)
    asked = random.permutation(np.repeat([0, 1, 2, 3], (50, 20, 25, 5)))
    read = np.where(random.random(100) < 0.6, asked, random.integers(0, 4, 100))
    shuffled = [agreement(confusion_of(random.permutation(asked), read, 4)) for _ in range(4000)]
    expected, error = chance(confusion_of(asked, read, 4))
    assert np.mean(shuffled) == pytest.approx(expected, abs=4 * error / np.sqrt(4000))
    assert np.std(shuffled) == pytest.approx(error, rel=0.05)


def test_a_reader_that_says_one_thing_whatever_it_sees_is_at_chance() -> None:
    confusion = np.array([[30, 0, 0], [20, 0, 0], [10, 0, 0]])
    assert chance(confusion) == pytest.approx((0.5, 0.0))
    assert not is_above_chance(confusion)


def test_a_reader_that_is_mostly_right_is_above_chance() -> None:
    assert is_above_chance(np.array([[20, 5, 5], [4, 15, 1], [2, 3, 5]]))
