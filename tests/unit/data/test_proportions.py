"""Label sequences: every prefix follows the proportions, and label i depends on i alone."""

import numpy as np
import pytest

from fer.data.proportions import label_sequence

FER2013 = (3995, 436, 4097, 7215, 4830, 3171, 4965)


@pytest.mark.parametrize("counts", [FER2013, (1, 1, 1), (5,), (0, 3, 0, 7), (1, 1000), (2, 3, 5, 7, 11, 13)])
def test_each_prefix_is_less_than_one_image_off_and_a_whole_period_is_exact(counts: tuple[int, ...]) -> None:
    total = sum(counts)
    labels = label_sequence(counts, 0, total)
    named = np.eye(len(counts))[labels].cumsum(axis=0)
    due = np.arange(1, total + 1)[:, None] * np.array(counts) / total
    assert np.abs(named - due).max() < 1
    assert tuple(np.bincount(labels, minlength=len(counts))) == counts


def test_a_window_equals_the_same_part_of_a_longer_sequence() -> None:
    whole = label_sequence(FER2013, 0, 3 * sum(FER2013))
    start = 2 * sum(FER2013) - 5
    assert np.array_equal(label_sequence(FER2013, start, 100), whole[start : start + 100])


@pytest.mark.parametrize("counts", [(0, 0), (), (3, -1)])
def test_impossible_counts_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="non-negative and not all zero"):
        label_sequence(counts, 0, 1)
