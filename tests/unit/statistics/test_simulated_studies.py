"""Verdicts on simulated studies are as often wrong as is stated, and as often right.

The bounds are binomial: a procedure that does what it should fails them in one of a thousand choices of random numbers.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom

from fer.statistics.claims import Claim, ProceduresClaim, claim_of
from fer.statistics.components import components
from fer.statistics.estimate import ALPHA
from fer.statistics.power import POWER, power, seeds_needed
from fer.statistics.resampling import image_weights, resampled_scores
from fer.statistics.verdicts import verdicts
from tests.unit.statistics.simulated import CLASSES, FEWER_LABELS, LABELS, Procedure, predictions

RESAMPLES = 300
STUDIES = 200
MANY_STUDIES = 1000
"""For the rate of false alarms, of which the bound is then 7.2 %: enough to tell what is meant from other methods."""
UNLIKE = 0.7
"""Of taste: procedures of which each has its own hard and easy images."""
POINTS = 0.03
BETTER_BY_THREE_POINTS = 0.195
"""In log odds: what this makes of the mean difference is looked at where it is used."""

Simulate = Callable[..., list[Claim]]


@pytest.fixture(scope="module")
def simulate() -> Simulate:
    """Claims on the difference of macro-F1 between two procedures, one for each of many studies."""

    @cache
    def claims(
        first: Procedure, second: Procedure, *, seeds: int, between_seeds: float = 0.06, studies: int = STUDIES
    ) -> list[Claim]:
        labels = LABELS if studies == STUDIES else FEWER_LABELS
        weights = image_weights(len(labels), RESAMPLES)
        weights[0] = 1  # the images themselves
        rng, found = np.random.default_rng(17), []
        for _ in range(studies):
            predicted = predictions(rng, [first, second], seeds, between_seeds, labels).reshape(2 * seeds, -1)
            scores = resampled_scores(predicted, labels, CLASSES, weights).macro_f1.reshape(seeds, 2, RESAMPLES)
            found.append(claim_of(components(scores[:, :, 0], scores[:, :, 1:]), np.array([1.0, -1.0])))
        return found

    return claims


def called_different(claims: list[Claim]) -> int:
    return sum(claim.estimate.p_value <= ALPHA for claim in claims)


def at_most(chance: float, studies: int) -> int:
    return int(binom.ppf(0.999, studies, chance))


def at_least(chance: float, studies: int) -> int:
    return int(binom.ppf(0.001, studies, chance))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "between_seeds", "taste"),
    [(5, 0.06, 0.0), (5, 0.06, UNLIKE), (5, 0.2, 0.0), (5, 0.0, UNLIKE), (3, 0.06, UNLIKE)],
    ids=["alike", "of unlike taste", "seeds that differ much", "seeds alike", "three seeds"],
)
def test_procedures_that_do_not_differ_are_seldom_called_different(
    simulate: Simulate, seeds: int, between_seeds: float, taste: float
) -> None:
    same = Procedure(taste=taste)
    claims = simulate(same, same, seeds=seeds, between_seeds=between_seeds, studies=MANY_STUDIES)
    assert called_different(claims) <= at_most(ALPHA, MANY_STUDIES)


@pytest.mark.slow
def test_a_method_that_takes_the_test_images_for_the_only_ones_would_not_pass(simulate: Simulate) -> None:
    """Student's t on the differences of seeds alone, where procedures are of unlike taste and their seeds alike."""
    same = Procedure(taste=UNLIKE)
    claims = simulate(same, same, seeds=5, between_seeds=0.0, studies=MANY_STUDIES)
    of_seeds_alone = [replace(claim, estimate=replace(claim.estimate, by_images=0.0)) for claim in claims]
    assert called_different(of_seeds_alone) > at_most(ALPHA, MANY_STUDIES)


@pytest.mark.slow
def test_networks_that_do_not_differ_are_seldom_called_different(simulate: Simulate) -> None:
    claims = simulate(Procedure(), Procedure(), seeds=1, between_seeds=0.0, studies=MANY_STUDIES)
    assert called_different(claims) <= at_most(ALPHA, MANY_STUDIES)


@pytest.mark.slow
def test_a_claim_about_networks_says_nothing_about_their_procedures(simulate: Simulate) -> None:
    """Two networks of two equal procedures do differ, and more often than procedures may be said to."""
    claims = simulate(Procedure(), Procedure(), seeds=1, between_seeds=0.12)
    assert called_different(claims) > at_most(ALPHA, STUDIES)


@pytest.mark.slow
def test_procedures_that_differ_by_three_points_are_found_with_five_seeds(simulate: Simulate) -> None:
    better, worse = Procedure(skill=BETTER_BY_THREE_POINTS), Procedure()
    claims = [claim for claim in simulate(better, worse, seeds=5) if isinstance(claim, ProceduresClaim)]
    assert len(claims) == STUDIES
    assert np.mean([claim.estimate.value for claim in claims]) == pytest.approx(POINTS, abs=0.002)
    between_seeds = float(np.mean([5 * claim.estimate.by_seeds**2 for claim in claims]))
    assert seeds_needed(POINTS, between_seeds, 0.0) == 5
    stated = power(POINTS, 5, between_seeds, 0.0)
    assert stated >= POWER
    found = sum(verdicts([claim])[0].words == "better" for claim in claims)
    assert at_least(stated, STUDIES) <= found <= at_most(stated, STUDIES)


@pytest.mark.slow
def test_a_family_of_equal_procedures_seldom_has_any_verdict(simulate: Simulate) -> None:
    same = Procedure(taste=UNLIKE)
    claims = simulate(same, same, seeds=5, between_seeds=0.06, studies=MANY_STUDIES)
    families = [claims[first : first + 4] for first in range(0, MANY_STUDIES, 4)]
    wrong = sum(
        any(
            verdict.words in ("better", "worse")
            for verdict in verdicts([c for c in f if isinstance(c, ProceduresClaim)])
        )
        for f in families
    )
    assert wrong <= at_most(ALPHA, len(families))
