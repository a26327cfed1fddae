"""How often and how strongly transformations are drawn: the published strengths (arXiv 2006.06676, appendix B)."""

import math
from dataclasses import fields
from functools import lru_cache

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from fer.generators.stylegan2.augment.corruption import band_gains
from fer.generators.stylegan2.augment.draws import Strengths, draw, probabilities
from fer.generators.stylegan2.augment.spec import KINDS, AugmentSpec
from tests.unit.generators.stylegan2.augment.helpers import ALL, generator, only

MANY = 40_000
SIDE = 32
LEAST = 1e-4
"""A test that is right fails for fewer seeds than this; the seed is fixed."""


@lru_cache
def drawn(p: float) -> Strengths:
    return draw(ALL, p, MANY, SIDE, generator(7))


def values(strengths: Strengths) -> dict[str, Tensor]:
    parts = (strengths.geometry, strengths.colour, strengths.corruption)
    return {field.name: getattr(part, field.name) for part in parts for field in fields(part)}


def assert_follows(sample: Tensor, distribution: str, *arguments: float) -> None:
    assert stats.kstest(sample.double().numpy(), distribution, arguments).pvalue > LEAST


def assert_share(observed: Tensor, share: float) -> None:
    assert stats.binomtest(int(observed.sum()), len(observed), share).pvalue > LEAST


def test_published_frequency_of_each_kind() -> None:
    """p for each, but for the two rotations, which together happen as often as every other kind."""
    rotation = 1 - math.sqrt(1 - 0.36)
    chances = dict(zip(KINDS, probabilities(ALL, 0.36).tolist(), strict=True))
    expected = {kind: rotation if kind in ("turn_before", "turn_after") else 0.36 for kind in KINDS}
    assert chances == pytest.approx(expected)
    assert 1 - (1 - rotation) ** 2 == pytest.approx(0.36)


@pytest.mark.parametrize("p", [0.2, 0.6, 0.9])
def test_kinds_are_applied_with_that_frequency(p: float) -> None:
    """Counted by what differs from the neutral strength; half of all mirrorings and a quarter of the turns do not."""
    rotation = 1 - math.sqrt(1 - p)
    strengths = values(drawn(p))
    assert_share(strengths["flip"], p / 2)
    assert_share(strengths["turns"] != 0, 3 * p / 4)
    for name in ("scale", "stretch", "contrast", "saturation"):
        assert_share(strengths[name] != 1, p)
    for name in ("turn_before", "turn_after"):
        assert_share(strengths[name] != 0, rotation)
    for name in ("brightness", "hue", "noise"):
        assert_share(strengths[name] != 0, p)
    assert_share((strengths["move"] != 0).all(dim=1), p)
    assert_share(strengths["inversion"], p / 2)
    assert_share(strengths["cut"], p)
    assert_share((strengths["gains"] - 1).abs().amax(dim=1) > 1e-5, 1 - (1 - p) ** 4)


def test_at_zero_every_strength_is_neutral() -> None:
    strengths = values(draw(ALL, 0.0, 100, SIDE, generator()))
    for name in ("scale", "stretch", "contrast", "saturation"):
        assert bool((strengths[name] == 1).all())
    for name in ("flip", "turns", "shift", "turn_before", "turn_after", "move", "brightness", "inversion", "hue"):
        assert not strengths[name].any()
    assert not strengths["noise"].any()
    assert not strengths["cut"].any()
    torch.testing.assert_close(strengths["gains"], torch.ones(100, 4), atol=1e-6, rtol=0)


def test_published_distributions() -> None:
    strengths = values(drawn(1.0))
    for name, octaves in (("scale", 0.2), ("stretch", 0.2), ("contrast", 0.5), ("saturation", 1.0)):
        assert_follows(strengths[name].log2(), "norm", 0, octaves)
    for name in ("turn_before", "turn_after", "hue"):
        assert_follows(strengths[name], "uniform", -math.pi, 2 * math.pi)
    for axis in range(2):
        assert_follows(strengths["move"][:, axis], "norm", 0, 0.125 * SIDE)
        assert_follows(strengths["centre"][:, axis], "uniform", 0, 1)
    assert_follows(strengths["brightness"], "norm", 0, 0.2)
    assert_follows(strengths["noise"], "halfnorm", 0, 0.1)


def test_turns_are_uniform_and_shifts_are_rounded_from_uniform() -> None:
    strengths = values(drawn(1.0))
    counts = torch.bincount(strengths["turns"], minlength=4)
    assert stats.chisquare(counts.numpy()).pvalue > LEAST
    # A translation uniform in [-4, 4] is rounded, so that both ends get half the share of the others.
    for axis in range(2):
        shifts = (strengths["shift"][:, axis] + 4).long()
        expected = np.array([0.5, 1, 1, 1, 1, 1, 1, 1, 0.5]) / 8 * MANY
        assert stats.chisquare(torch.bincount(shifts, minlength=9).numpy(), expected).pvalue > LEAST


def test_bands_are_changed_by_an_octave() -> None:
    """Each band's factor is drawn log-normally; what is seen is the gains after all four."""
    random = np.random.default_rng(0)
    factors = torch.from_numpy(2.0 ** random.normal(size=(MANY, 4)))
    expected = band_gains(factors).log2()
    observed = values(drawn(1.0))["gains"].log2()
    for band in range(4):
        assert stats.ks_2samp(observed[:, band].numpy(), expected[:, band].numpy()).pvalue > LEAST


def test_kinds_are_drawn_independently() -> None:
    strengths = values(drawn(0.6))
    names = ("scale", "turn_before", "stretch", "turn_after", "brightness", "contrast", "hue", "saturation", "noise")
    applied = torch.stack(
        [
            strengths["flip"],
            strengths["turns"] != 0,
            strengths["inversion"],
            strengths["cut"],
            *(
                strengths[name] != (1 if name in ("scale", "stretch", "contrast", "saturation") else 0)
                for name in names
            ),
        ]
    )
    correlations = torch.corrcoef(applied.double()) - torch.eye(len(applied), dtype=torch.float64)
    assert float(correlations.abs().max()) < 5 / math.sqrt(MANY)


@pytest.mark.parametrize("group", list(AugmentSpec.model_fields))
def test_a_group_in_use_acts_the_same_whatever_other_groups_do(group: str) -> None:
    alone, together = (values(draw(spec, 0.7, 50, SIDE, generator(3))) for spec in (only(group), ALL))
    kinds = {"turns": "turns", "gains": "band0", "cut": "cutout", "centre": "cutout"}
    for name, value in together.items():
        if KINDS[kinds.get(name, name)] == group:
            assert torch.equal(alone[name], value), name


@pytest.mark.parametrize("group", list(AugmentSpec.model_fields))
def test_groups_that_are_not_in_use_stay_neutral(group: str) -> None:
    spec = only(*(name for name in AugmentSpec.model_fields if name != group))
    chances = dict(zip(KINDS, probabilities(spec, 1.0).tolist(), strict=True))
    assert {KINDS[kind] for kind, chance in chances.items() if chance == 0} == {group}


def test_filter_noise_and_cutout_are_off_by_default() -> None:
    assert AugmentSpec() == only("blit", "geometric", "colour")


def test_p_may_be_a_tensor() -> None:
    number, tensor = (values(draw(ALL, p, 50, SIDE, generator())) for p in (0.4, torch.tensor(0.4)))
    for name, value in number.items():
        assert torch.equal(tensor[name], value), name
