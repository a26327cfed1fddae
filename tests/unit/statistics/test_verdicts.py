"""Claims about networks and about procedures are two types, each with families of its own."""

from typing import Any

import numpy as np
import pytest

from fer.statistics.claims import LEAST_SEEDS, NetworksClaim, ProceduresClaim, claim_of
from fer.statistics.estimate import Estimate
from fer.statistics.mcnemar import mcnemar
from fer.statistics.verdicts import UNDECIDABLE, holm, verdicts
from tests.unit.statistics.cases import found

MINUS = np.array([1.0, -1.0])


def test_one_seed_makes_a_claim_about_networks_and_more_about_procedures() -> None:
    assert isinstance(claim_of(found([[0.5], [0.4]], own=0.01), MINUS), NetworksClaim)
    assert isinstance(claim_of(found([[0.5, 0.6], [0.4, 0.4]], own=0.01), MINUS), ProceduresClaim)


def test_both_kinds_of_claim_are_no_one_family() -> None:
    mixed: list[Any] = [NetworksClaim(Estimate(0.1, 0, 0.01, 1)), ProceduresClaim(Estimate(0.1, 0.01, 0, 5))]
    with pytest.raises(TypeError, match="no one family"):
        verdicts(mixed)


@pytest.mark.parametrize(("seeds", "words"), [(LEAST_SEEDS - 1, UNDECIDABLE), (LEAST_SEEDS, "better")])
def test_fewer_than_five_seeds_decide_nothing_about_procedures(seeds: int, words: str) -> None:
    """However large the difference is."""
    (verdict,) = verdicts([ProceduresClaim(Estimate(0.5, 0.001, 0.001, seeds))])
    assert verdict.words == words
    assert (verdict.p is None) == (words == UNDECIDABLE)


def test_a_verdict_has_the_sign_of_the_difference_and_needs_a_small_p_value() -> None:
    claims = [NetworksClaim(Estimate(value, 0.0, 0.01, 1)) for value in (0.06, -0.06, 0.01)]
    assert [verdict.words for verdict in verdicts(claims)] == ["better", "worse", "no difference seen"]


def test_a_family_has_stricter_verdicts_than_its_claims_alone() -> None:
    claim = NetworksClaim(Estimate(0.021, 0.0, 0.01, 1))  # p = 0.036
    assert verdicts([claim])[0].words == "better"
    assert verdicts([claim, claim])[0].words == "no difference seen"


def test_what_is_not_decidable_does_not_enlarge_a_family() -> None:
    decidable = ProceduresClaim(Estimate(0.03, 0.0106, 0.0, 5))  # p = 0.047
    few = ProceduresClaim(Estimate(0.03, 0.0106, 0.0, 4))
    assert [verdict.words for verdict in verdicts([few, decidable, few])] == [UNDECIDABLE, "better", UNDECIDABLE]


def test_holm_gives_the_p_values_of_statsmodels() -> None:
    """multipletests(..., method="holm") of statsmodels 0.15.0."""
    assert holm([0.01, 0.04, 0.03, 0.005, 0.2, 0.04]) == pytest.approx([0.05, 0.12, 0.12, 0.03, 0.2, 0.12])
    assert holm([]) == []


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(10, 25, 0.016673847800120715), (3, 3, 1.0), (0, 7, 0.015625), (120, 161, 0.016869296340143808), (0, 0, 1.0)],
)
def test_mcnemar_gives_the_p_values_of_statsmodels(only_first: int, only_second: int, p: float) -> None:
    """mcnemar(..., exact=True) of statsmodels 0.15.0; images that both have right or wrong do not matter."""
    first = np.array([True] * only_first + [False] * only_second + [True] * 100 + [False] * 50)
    second = np.array([False] * only_first + [True] * only_second + [True] * 100 + [False] * 50)
    assert mcnemar(first, second) == pytest.approx(p)
