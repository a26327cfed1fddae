"""The price of samples in real images, and how few real images do."""

from dataclasses import replace

import pytest

from fer.cells import Cell
from fer.plan import Task
from fer.report.tables.enough import enough_table
from fer.report.tables.price import price_table
from tests.reports import figures, known_score, made_up
from tests.unit.report.claims import A_FOLDER, JITTER, ONE_GENERATOR, ONE_SEED, STUDY, THREE_SEEDS, scores
from tests.unit.report.rows import rows_of


def test_every_mix_has_a_price_beside_what_it_holds_and_what_its_generator_had_seen() -> None:
    rows = rows_of(price_table(made_up(STUDY, score=scores())), classifier="cnn", generator="stylegan2-64")
    assert [row["ratio"] for row in rows] == [0.0, 0.1, 0.5]
    half = rows[2]
    number = 14354 * (28709 / 14354) ** (0.05 / 0.15)
    assert half["price_images"] == pytest.approx(number, rel=1e-3)
    assert half["price"] == f"{half['price_images']:,.0f}"
    assert half["price_low"] < number < half["price_high"]
    assert (half["real_images"], half["samples"], half["generator_had_seen"]) == (14354, 14355, 28709)
    assert half["each"] == pytest.approx((number - 14354) / 14355, rel=1e-2)
    assert half["price_leak_free_images"] == pytest.approx(number, rel=1e-3)  # every score is lower by as much
    assert half["price_leak_free"] == f"{half['price_leak_free_images']:,.0f}"
    assert half["price_leak_free_low"] < number < half["price_leak_free_high"]


def test_prices_and_how_few_real_images_do_are_those_of_the_leak_free_images_too() -> None:
    """Mixes that are better than all real images on all test images, and right about few of the leak-free ones."""
    results = made_up(STUDY, score=scores(large=0.3))
    cells = [
        replace(one, summary={**one.summary, "metrics": {**one.summary["metrics"], "test_leak_free": figures(0.21)}})
        if one.cell.generator
        else one
        for one in results.cells
    ]
    results = replace(results, cells=cells)
    (row,) = rows_of(price_table(results), classifier="cnn", generator="stylegan2-64", ratio=0.5)
    assert (row["price"], row["price_leak_free"]) == ("more than 28,709", "fewer than 2,871")
    (row,) = rows_of(enough_table(results), classifier="cnn", generator="stylegan2-64")
    assert (row["ratio"], row["sure_ratio"]) == (0.0, 0.0)
    assert (row["leak_free_ratio"], row["leak_free_sure_ratio"]) == (None, None)
    assert row["leak_free_verdict"] == "surely more than one point below"


@pytest.mark.parametrize(
    ("text", "about"), [(STUDY, "procedures"), (ONE_SEED, "these networks"), (ONE_GENERATOR, "one generator")]
)
def test_a_price_says_what_it_is_about(text: str, about: str) -> None:
    assert {row["about"] for row in rows_of(price_table(made_up(text, score=scores())))} == {about}


def test_a_price_beyond_the_controls_is_not_extrapolated() -> None:
    harmful = rows_of(price_table(made_up(STUDY, score=scores(small=-0.05))), generator="stylegan2-32", ratio=0.0)
    assert {(row["price"], row["price_interval"], row["each"]) for row in harmful} == {
        ("fewer than 2,871", "fewer than 2,871", None)
    }
    best = rows_of(price_table(made_up(STUDY, score=scores(large=0.3))), generator="stylegan2-64", ratio=0.5)
    assert {(row["price"], row["price_interval"]) for row in best} == {("more than 28,709", "more than 28,709")}


def test_a_study_without_real_images_alone_has_no_prices() -> None:
    alone = STUDY.replace("[0.0, 0.1, 0.5, 1.0]", "[0.0, 0.5]").replace("    controls: [0.1, 0.5]\n", "")
    assert price_table(made_up(alone)) is None
    assert enough_table(made_up(alone)) is None


@pytest.mark.parametrize(("below", "ratio", "sure"), [(0.004, 0.1, 0.1), (0.0095, 0.1, 0.5), (0.02, 0.5, 0.5)])
def test_enough_is_the_smallest_ratio_within_a_point_of_all_real(below: float, ratio: float, sure: float) -> None:
    """At 0.1 the mix is ``below`` all real images, give or take the spread of seeds, at 0.5 as good as they are."""

    def score(cell: Cell) -> float:
        if cell.generator is None:
            return known_score(cell.model_copy(update={"seed": 0}))
        return {0.0: 0.2, 0.1: 0.5 - below, 0.5: 0.5}[cell.ratio] + JITTER[cell.seed] / 4

    results = made_up(STUDY, score=score)
    rows = rows_of(enough_table(results), classifier="cnn", generator="stylegan2-32")
    assert [(row["ratio"], row["sure_ratio"]) for row in rows] == [(ratio, sure)]


def test_where_no_mix_comes_close_enough_stays_empty() -> None:
    rows = rows_of(enough_table(made_up(STUDY, score=scores())))
    assert len(rows) == 4
    assert {(row["ratio"], row["sure_ratio"], row["below"]) for row in rows} == {(None, None, None)}


def test_enough_is_sure_only_where_all_larger_ratios_are_too() -> None:
    """A mix of 0.1 that is as good as all real images says little where that of 0.5 is two points worse."""

    def score(cell: Cell) -> float:
        if cell.generator is None:
            return known_score(cell.model_copy(update={"seed": 0}))
        return {0.0: 0.2, 0.1: 0.5, 0.5: 0.48}[cell.ratio] + JITTER[cell.seed] / 4

    (row,) = rows_of(enough_table(made_up(STUDY, score=score)), classifier="cnn", generator="stylegan2-32")
    assert (row["ratio"], row["sure_ratio"]) == (0.1, None)


def as_good_as_all_real(cell: Cell) -> float:
    """Whatever is mixed, half a point above all real images, give or take the spread of seeds."""
    return 0.5 if cell.generator is None else 0.505 + JITTER[cell.seed] / 8


def test_enough_is_sure_with_five_seeds_and_says_of_what() -> None:
    (row,) = rows_of(
        enough_table(made_up(STUDY, score=as_good_as_all_real)), classifier="cnn", generator="stylegan2-32"
    )
    assert (row["sure_ratio"], row["sure_about"], row["verdict"]) == (0.0, "procedures", "within one point")


@pytest.mark.parametrize(
    ("text", "about", "verdict"),
    [
        (THREE_SEEDS, "procedures", "not decidable with this many seeds"),
        (ONE_GENERATOR, "one generator", "not decidable with one trained generator"),
        (A_FOLDER, "one generator", "not decidable with one trained generator"),
    ],
    ids=["three seeds", "a reused generator", "a folder"],
)
def test_enough_is_never_sure_where_procedures_are_not_decidable(text: str, about: str, verdict: str) -> None:
    (row,) = rows_of(enough_table(made_up(text, score=as_good_as_all_real)), classifier="cnn", generator="stylegan2-32")
    assert (row["ratio"], row["about"]) == (0.0, about)
    assert (row["sure_ratio"], row["sure_real_images"], row["sure_about"], row["verdict"]) == (None, None, "", verdict)


def test_enough_says_of_the_mix_that_it_shows_what_the_claim_is_about() -> None:
    """Of samples alone a single seed is finished, and it is far off; the mix that comes close has five."""

    def missing(task: Task) -> tuple[str, str] | None:
        gone = task.cell is not None and task.cell.generator and task.cell.ratio == 0 and task.cell.seed > 0
        return ("failed", "why") if gone else None

    def score(cell: Cell) -> float:
        return 0.2 if cell.generator and cell.ratio == 0 else as_good_as_all_real(cell)

    table = enough_table(made_up(STUDY, score=score, missing=missing))
    (row,) = rows_of(table, classifier="cnn", generator="stylegan2-32")
    assert (row["ratio"], row["about"], row["sure_ratio"], row["sure_about"]) == (0.1, "procedures", 0.1, "procedures")
