"""What groups of cells claim: over the seeds that they share, with the error of other seeds and images."""

from collections.abc import Callable, Collection

import pytest
from scipy.stats import ttest_rel

from fer.cells import Cell
from fer.plan import Task
from fer.report.evidence import average_difference, difference_of, mcnemar_of, mean_of, price_of
from fer.report.prices import controls_of
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.statistics.claims import NetworksClaim, ProceduresClaim
from tests.reports import TWO_GENERATORS, known_score, made_up

FIVE_SEEDS = TWO_GENERATORS.replace("seeds: [0, 1]", "seeds: [0, 1, 2, 3, 4]").replace(
    "ratios: [0.0, 0.5, 1.0], controls: [0.1, 0.5]", "ratios: [0.0, 0.1, 0.5, 1.0], controls: [0.1, 0.5]"
)
WORTH = {0: 0.021, 1: 0.034, 2: 0.012, 3: 0.027, 4: 0.019}


def score(cell: Cell) -> float:
    """Mixes are better than their controls by ``WORTH``, by the seed."""
    return known_score(cell.model_copy(update={"generator": None})) + (WORTH[cell.seed] if cell.generator else 0.0)


def group(results: StudyResults, generator: str | None, ratio: float) -> Group:
    (found,) = (g for g in groups_of(results) if (g.generator, g.ratio) == (generator, ratio))
    return found


def without(generator: str | None, ratio: float, seeds: Collection[int]) -> Callable[[Task], tuple[str, str] | None]:
    def missing(task: Task) -> tuple[str, str] | None:
        cell = task.cell
        gone = cell is not None and (cell.generator, cell.ratio) == (generator, ratio) and cell.seed in seeds
        return ("failed", "why") if gone else None

    return missing


def test_a_difference_is_that_of_the_scores_and_surer_than_no_t_test_of_the_seeds() -> None:
    results = made_up(FIVE_SEEDS, score=score)
    claim = difference_of(results, group(results, "weak", 0.5), group(results, None, 0.5))
    assert isinstance(claim, ProceduresClaim)
    assert claim.estimate.value == pytest.approx(sum(WORTH.values()) / 5)
    assert claim.estimate.seeds == 5
    theirs = ttest_rel(list(WORTH.values()), [0.0] * 5).confidence_interval()
    assert claim.estimate.interval.low <= theirs.low + 1e-9
    assert claim.estimate.interval.high >= theirs.high - 1e-9


def test_only_seeds_that_both_have_are_compared() -> None:
    results = made_up(FIVE_SEEDS, score=score, missing=without(None, 0.5, {0, 1, 2}))
    claim = difference_of(results, group(results, "weak", 0.5), group(results, None, 0.5))
    assert claim is not None
    assert claim.estimate.value == pytest.approx((WORTH[3] + WORTH[4]) / 2)
    assert claim.estimate.seeds == 2


def test_one_common_seed_compares_two_networks_on_the_same_images() -> None:
    results = made_up(FIVE_SEEDS, score=score, missing=without(None, 0.5, {0, 1, 2, 3}))
    mix, control = group(results, "weak", 0.5), group(results, None, 0.5)
    assert isinstance(difference_of(results, mix, control), NetworksClaim)
    p = mcnemar_of(results, mix, control)
    assert p is not None
    assert 0 < p < 0.05
    assert mcnemar_of(results, group(results, "weak", 0.1), group(results, None, 0.1)) is None  # five seeds


def test_without_a_common_seed_there_is_no_claim() -> None:
    results = made_up(FIVE_SEEDS, score=score, missing=without(None, 0.5, range(5)))
    mix, control = group(results, "weak", 0.5), group(results, None, 0.5)
    assert difference_of(results, mix, control) is None
    assert mcnemar_of(results, mix, control) is None
    assert mean_of(results, control, "macro_f1") is None


def test_a_mean_has_an_interval_around_it_official_and_leak_free() -> None:
    results = made_up(FIVE_SEEDS, score=score)
    for name in ("macro_f1", "macro_f1_leak_free", "accuracy", "accuracy_leak_free"):
        mean, summary = mean_of(results, group(results, None, 1.0), name), group(results, None, 1.0).score(name)
        assert mean is not None
        assert summary is not None
        assert mean.interval.low < mean.value < mean.interval.high
        assert mean.value == pytest.approx(summary.mean)


def test_an_average_counts_every_pair_for_every_seed() -> None:
    results = made_up(FIVE_SEEDS, score=score)
    pairs = [(group(results, "weak", ratio), group(results, None, ratio)) for ratio in (0.1, 0.5)]
    average = average_difference(results, pairs)
    assert average is not None
    assert average.pairs == tuple(pairs)
    assert average.claim.estimate.value == pytest.approx(sum(WORTH.values()) / 5)


def test_an_average_leaves_out_what_is_not_finished_for_the_seeds_of_the_rest() -> None:
    """Two pairs of which one has a single seed: five cells of the other are more than two."""
    results = made_up(FIVE_SEEDS, score=score, missing=without("weak", 0.1, {1, 2, 3, 4}))
    pairs = [(group(results, "weak", ratio), group(results, None, ratio)) for ratio in (0.1, 0.5)]
    average = average_difference(results, pairs)
    assert average is not None
    assert average.pairs == (pairs[1],)
    assert average.claim.estimate.seeds == 5


def test_an_average_leaves_out_a_seed_that_most_pairs_lack() -> None:
    results = made_up(FIVE_SEEDS, score=score, missing=without("weak", 0.1, {4}))
    pairs = [(group(results, "weak", ratio), group(results, None, ratio)) for ratio in (0.1, 0.5)]
    average = average_difference(results, pairs)
    assert average is not None
    assert average.pairs == tuple(pairs)
    assert average.claim.estimate.seeds == 4


def test_nothing_finished_has_no_average_and_no_price() -> None:
    results = made_up(
        FIVE_SEEDS, score=score, missing=lambda task: ("failed", "why") if task.stage == "train" else None
    )
    mix = group(results, "weak", 0.5)
    assert average_difference(results, [(mix, group(results, None, 0.5))]) is None
    assert price_of(results, mix, controls_of(groups_of(results), "cnn")) is None


def test_a_price_uses_the_controls_that_have_the_seeds_of_the_mix() -> None:
    """Without the control of half the images the mix lies between a tenth and all of them."""
    results = made_up(FIVE_SEEDS, score=score, missing=without(None, 0.5, range(5)))
    mix, controls = group(results, "weak", 0.5), controls_of(groups_of(results), "cnn")
    found = price_of(results, mix, controls)
    assert found is not None
    price, seeds = found
    share = (0.35 + sum(WORTH.values()) / 5 - 0.23) / (0.50 - 0.23)  # of known_score, the seeds left aside
    assert seeds == 5
    assert price.value.number == pytest.approx(2871 * (28709 / 2871) ** share, rel=1e-3)
