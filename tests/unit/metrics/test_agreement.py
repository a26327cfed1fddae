"""Our figures are those of the packages that others use, on the same features."""

import contextlib
import io

import numpy as np
import prdc
import pytest
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric

from fer.metrics.frechet import Features, FrechetReference
from fer.metrics.kid import KernelReference
from fer.metrics.manifold import NEAREST, Manifold
from tests.unit.metrics.cases import features

PAIRS = [
    pytest.param(features(600, 48, seed=1), features(600, 48, seed=2, shift=0.2), id="far"),
    pytest.param(features(700, 48, seed=1), features(500, 48, seed=3), id="near, of unequal number"),
    pytest.param(features(120, 200, seed=1), features(130, 200, seed=4, shift=0.1), id="more dimensions than images"),
]


@pytest.mark.parametrize(("real", "samples"), PAIRS)
def test_the_frechet_distance_is_torch_fidelitys(real: Features, samples: Features) -> None:
    statistics = [fid_features_to_statistics(torch.from_numpy(part)) for part in (samples, real)]
    theirs = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert FrechetReference(real).distance(samples) == pytest.approx(theirs, rel=1e-3)


@pytest.mark.parametrize(("real", "samples"), PAIRS)
def test_the_kernel_distance_of_a_subset_is_torch_fidelitys(real: Features, samples: Features) -> None:
    size = 100
    both = [part.astype(np.float64) for part in (samples, real)]
    theirs = kid_features_to_metric(
        *(torch.from_numpy(part) for part in both), kid_subsets=1, kid_subset_size=size, rng_seed=5, verbose=False
    )["kernel_inception_distance_mean"]
    random = np.random.RandomState(5)
    subset, reference = (part[random.choice(len(part), size, replace=False)] for part in both)
    ours = KernelReference(reference).distance(subset).value
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6 * abs(theirs))


@pytest.mark.parametrize(("real", "samples"), PAIRS)
def test_precision_recall_density_and_coverage_are_those_of_prdc(real: Features, samples: Features) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = prdc.compute_prdc(real, samples, nearest_k=NEAREST)
    ours = Manifold(real).measure(samples)
    assert {name: ours[name] for name in theirs} == pytest.approx(theirs, abs=1e-6)
    assert 0 < theirs["coverage"] < 1  # the case can tell right from wrong
