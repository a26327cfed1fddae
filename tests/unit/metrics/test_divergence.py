"""The Jensen-Shannon distance of histograms, and the planes that they are made in."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fer.data.dataset import Dataset, make_dataset
from fer.metrics.divergence import BINS, distance_in_plane, measure_divergence
from fer.metrics.embedding import OF_HELD_OUT, OF_SAMPLES, OF_TRAINING, Method, Points, embed, save_plane
from fer.report.planes import read_plane
from tests.unit.evaluators.readers import CLASSES, faces, some_labels
from tests.unit.metrics.cases import features
from tests.unit.metrics.evidence import evidence_of

EDGES = (np.linspace(0, 1, 3), np.linspace(0, 1, 3))


def points(*places: tuple[float, float]) -> Points:
    return np.array(places, dtype=np.float32)


def test_equal_histograms_are_at_distance_zero_and_disjoint_ones_at_one() -> None:
    ours = points((0.1, 0.1), (0.2, 0.9))
    assert distance_in_plane(ours, ours + 0.05, EDGES) == 0
    assert distance_in_plane(ours, points((0.9, 0.1), (0.8, 0.8), (0.7, 0.9)), EDGES) == pytest.approx(1)


def test_it_is_the_root_of_the_divergence_in_bits() -> None:
    ours, theirs = points((0.1, 0.1), (0.1, 0.9)), points((0.1, 0.1), (0.9, 0.9))
    # Shares 1/2, 1/2, 0 and 1/2, 0, 1/2: each is half a bit away from their mean on the half that differs.
    assert distance_in_plane(ours, theirs, EDGES) == pytest.approx(np.sqrt(0.5))


METHODS: tuple[Method, ...] = ("tsne", "pca")


def plane_labels(count: int) -> NDArray[np.int64]:
    return np.sort(np.arange(count) % 3)


def test_a_plane_tells_apart_what_lies_apart_and_mixes_what_does_not() -> None:
    labels = plane_labels(60)
    plane = embed(features(60, 8, 1), features(60, 8, 2), features(60, 8, 3) + 20, labels)
    assert plane.labels.tolist() == labels.tolist() * 3
    for method in METHODS:
        training, held_out, synthetic = (plane.side(method, side) for side in (OF_TRAINING, OF_HELD_OUT, OF_SAMPLES))
        spread = np.linalg.norm(training - training.mean(axis=0), axis=1).mean()
        assert np.linalg.norm(training.mean(axis=0) - held_out.mean(axis=0)) < spread
        assert np.linalg.norm(training.mean(axis=0) - synthetic.mean(axis=0)) > 2 * spread


@pytest.mark.parametrize(("last", "kept"), [(255, np.uint8), (299, np.uint16)])
def test_a_plane_keeps_the_labels_of_hundreds_of_classes(last: int, kept: type[np.generic], tmp_path: Path) -> None:
    labels = np.array([0] * 10 + [last] * 10)
    plane = embed(features(20, 4, 1), features(20, 4, 2), features(20, 4, 3), labels)
    save_plane(tmp_path / "plane.npz", plane)
    found = read_plane((tmp_path / "plane.npz").read_bytes())
    assert plane.side_labels.tolist() == labels.tolist()
    assert found.labels.tolist() == labels.tolist() * 3
    assert found.labels.dtype == kept


def test_the_plane_is_the_same_every_time() -> None:
    first, second = (
        embed(features(40, 8, 1), features(40, 8, 2), features(40, 8, 3), plane_labels(40)) for _ in range(2)
    )
    assert np.array_equal(first.tsne, second.tsne)
    assert np.array_equal(first.pca, second.pca)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    splits = {
        name: faces(some_labels(*counts, seed=place), seed=place, noise=20)
        for place, (name, counts) in enumerate(
            {"train": (300, 200, 8), "validation": (100, 80, 4), "test": (100, 80, 4)}.items()
        )
    }
    return make_dataset(CLASSES, splits, where="grey levels")


def test_samples_like_real_images_are_as_far_as_the_floor_and_others_farther(dataset: Dataset) -> None:
    like = measure_divergence(evidence_of(dataset, faces(some_labels(250, 200, 8), seed=9, noise=20)))
    flat = measure_divergence(evidence_of(dataset, faces(some_labels(250, 200, 8), seed=9, noise=0)))
    for method in METHODS:
        assert like[method]["synthetic"] == pytest.approx(like[method]["real"], abs=0.15)
        assert flat[method]["synthetic"] > like[method]["synthetic"] + 0.1


def test_what_bins_and_numbers_do_stands_beside_the_distance(dataset: Dataset) -> None:
    found = measure_divergence(evidence_of(dataset, faces(some_labels(250, 200, 8), seed=9, noise=20)))
    pca = found["pca"]
    assert (found["images"], pca["bins"]) == (368, BINS)
    (same,) = [one for one in pca["by_bins"] if one["bins"] == BINS]
    assert (same["synthetic"], same["real"]) == (pca["synthetic"], pca["real"])
    assert [one["images"] for one in pca["by_images"]] == [368, 184, 92, 46]
    assert pca["by_images"][0]["real"] == pca["real"]
    for rows in (pca["by_bins"], pca["by_images"]):
        floors = [one["real"] for one in rows]
        assert floors == sorted(floors)


def test_a_class_of_few_images_has_no_distance(dataset: Dataset) -> None:
    found = measure_divergence(evidence_of(dataset, faces(some_labels(250, 200, 8), seed=9)))
    assert found["tsne"]["per_class"]["joy"] is None
    assert set(found["tsne"]["per_class"]["anger"]) == {"images", "synthetic", "real"}
