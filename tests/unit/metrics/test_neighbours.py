"""Nearest neighbours in blocks are those that a plain search finds."""

import numpy as np
import pytest

from fer.metrics.neighbours import distance_blocks, distance_to_kth, find_neighbours, nearest
from tests.unit.metrics.cases import features

OURS, THEIRS = features(1100, 6, seed=1), features(900, 6, seed=2)
EVERY = np.sqrt(((OURS[:, None].astype(np.float64) - THEIRS[None]) ** 2).sum(axis=2))


def test_the_nearest_is_the_nearest() -> None:
    distances, places = nearest(OURS, THEIRS)
    assert places.tolist() == EVERY.argmin(axis=1).tolist()
    assert distances == pytest.approx(EVERY.min(axis=1), rel=1e-9)


def test_an_image_is_at_no_distance_at_all_from_its_copy() -> None:
    bright = THEIRS + 200  # where scalar products are large, and differences of them inexact
    distances, places = nearest(bright[[5, 3]], bright)
    assert (distances.tolist(), places.tolist()) == ([0.0, 0.0], [5, 3])


def test_the_kth_nearest_leaves_the_image_itself_out() -> None:
    within = np.sqrt(((OURS[:, None].astype(np.float64) - OURS[None]) ** 2).sum(axis=2))
    assert distance_to_kth(OURS, 3) == pytest.approx(np.sort(within, axis=1)[:, 3], rel=1e-6)


def test_blocks_of_distances_make_up_the_whole() -> None:
    found = np.empty_like(EVERY)
    for block, distances in distance_blocks(OURS, THEIRS):
        found[block] = distances
    assert found == pytest.approx(EVERY, rel=1e-6)


def test_members_and_others_are_measured_to_all_samples_and_only_some_samples_to_the_training_images() -> None:
    samples, held_out, training = features(90, 6, 3), features(30, 6, 4), features(100, 6, 5)
    compared, members, others = np.arange(30) + 20, np.arange(10) + 40, np.arange(10) + 5
    found = find_neighbours(samples, held_out, training, compared=compared, members=members, others=others)
    assert found.samples.tolist() == nearest(samples[20:50], training)[0].tolist()
    assert found.places.tolist() == nearest(samples[20:50], training)[1].tolist()
    assert found.held_out.tolist() == nearest(held_out, training)[0].tolist()
    assert found.members.tolist() == nearest(training[40:50], samples)[0].tolist()
    assert found.others.tolist() == nearest(held_out[5:15], samples)[0].tolist()
