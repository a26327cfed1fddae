"""The tables that compare: worth, and generators against each other."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fer.report.resolution import ASSUMED_SPREAD, resolution_note
from fer.report.results import StudyResults
from fer.report.tables.comparisons import comparisons_table
from fer.report.tables.grid import grid_table
from fer.report.tables.overall import overall_table
from fer.report.tables.price import price_table
from fer.report.tables.table import Table
from fer.report.tables.worth import worth_table
from fer.report.verdicts import POINT
from fer.statistics.power import seeds_needed
from tests.reports import REUSED, made_up
from tests.unit.report.claims import A_FOLDER, ONE_GENERATOR, ONE_SEED, STUDY, THREE_SEEDS, nothing_leak_free, scores
from tests.unit.report.rows import columns_of, rows_of


def test_worth_has_an_interval_a_claim_and_a_verdict_of_five_seeds() -> None:
    table = worth_table(made_up(STUDY, score=scores()))
    (row,) = rows_of(table, classifier="cnn", generator="stylegan2-64", ratio=0.5)
    assert row["worth"] == pytest.approx(0.05)
    assert row["worth_low"] < 0.05 < row["worth_high"]
    assert row["worth_interval"] == f"{row['worth_low']:+.3f} to {row['worth_high']:+.3f}"
    assert (row["about"], row["verdict"]) == ("procedures", "better")
    for side in ("mix", "control"):
        assert row[f"{side}_low"] <= row[side] <= row[f"{side}_high"]
        assert row[f"{side}_interval"]
    assert row["worth_leak_free_low"] < row["worth_leak_free"] < row["worth_leak_free_high"]
    assert "mcnemar_p" not in columns_of(table)


def test_one_seed_is_a_claim_about_networks_with_mcnemars_test() -> None:
    table = worth_table(made_up(ONE_SEED, score=scores()))
    assert {row["about"] for row in rows_of(table)} == {"these networks"}
    assert "mcnemar_p" in columns_of(table)
    assert all(0 < row["mcnemar_p"] <= 1 for row in rows_of(table))


def test_mcnemars_test_is_said_to_be_about_accuracy_wherever_it_stands() -> None:
    for make in (worth_table, comparisons_table):
        of_one, of_five = (make(made_up(text, score=scores())) for text in (ONE_SEED, STUDY))
        assert of_one is not None
        assert of_five is not None
        assert "McNemar’s test asks something else" in of_one.note
        assert "which is about accuracy" in of_one.note
        assert "McNemar" not in of_five.note


def test_three_seeds_have_intervals_but_nothing_is_decidable() -> None:
    for table in (worth_table(made_up(THREE_SEEDS, score=scores())), comparisons_table(made_up(THREE_SEEDS))):
        assert {(row["verdict"], row["p"]) for row in rows_of(table)} == {("not decidable with this many seeds", None)}
    assert all(row["worth_interval"] for row in rows_of(worth_table(made_up(THREE_SEEDS, score=scores()))))


def test_a_verdict_that_the_leak_free_images_do_not_bear_out_says_so() -> None:
    results = made_up(STUDY, score=scores())
    where = {"classifier": "cnn", "ratio": 0.5}
    tables: list[tuple[Callable[[StudyResults], Table | None], dict[str, Any]]] = [
        (worth_table, {**where, "generator": "stylegan2-64"}),
        (comparisons_table, where),
        (overall_table, {}),
    ]
    for make, wanted in tables:
        assert [row["verdict"] for row in rows_of(make(results), **wanted)] == ["better"]
        (row,) = rows_of(make(nothing_leak_free(results)), **wanted)
        assert row["verdict"] == "better, not surely on the leak-free images"


def test_worth_of_one_trained_generator_is_a_claim_about_it() -> None:
    table = worth_table(made_up(ONE_GENERATOR, score=scores()))
    assert {row["about"] for row in rows_of(table)} == {"one generator"}


def test_worth_without_a_finished_pair_claims_nothing() -> None:
    table = worth_table(made_up(STUDY, missing=lambda t: ("failed", "why") if t.stage == "train" else None))
    assert {(row["worth"], row["worth_interval"], row["about"], row["verdict"]) for row in rows_of(table)} == {
        (None, None, "", None)
    }


def test_generators_are_compared_for_every_classifier_and_ratio() -> None:
    table = comparisons_table(made_up(STUDY, score=scores()))
    rows = rows_of(table, generator="stylegan2-64", against="stylegan2-32")
    assert [(row["classifier"], row["ratio"]) for row in rows] == [
        (classifier, ratio) for classifier in ("cnn", "resnet18") for ratio in (0.0, 0.1, 0.5)
    ]
    assert all(row["difference"] == pytest.approx(0.03) for row in rows)
    assert {(row["about"], row["seeds"], row["verdict"]) for row in rows} == {("procedures", 5, "better")}


def test_p_values_of_a_table_are_corrected_for_its_family() -> None:
    """Six comparisons of which all have the same small difference."""
    family = rows_of(comparisons_table(made_up(STUDY, score=scores(0.02, 0.028))))
    alone = rows_of(
        comparisons_table(
            made_up(
                STUDY.replace("cnn, resnet18", "cnn").replace("[0.0, 0.1, 0.5, 1.0]", "[0.5, 1.0]"),
                score=scores(0.02, 0.028),
            )
        )
    )
    smallest = min(row["p"] for row in family)
    assert len(family) == 6
    assert smallest > 3 * alone[0]["p"]


def test_generators_trained_once_are_no_procedures_that_could_be_compared() -> None:
    results = made_up(ONE_GENERATOR, score=scores())
    for table in (comparisons_table(results), overall_table(results)):
        assert {(row["verdict"], row["p"], row["about"]) for row in rows_of(table)} == {
            ("not decidable with one trained generator", None, "one generator")
        }


@pytest.mark.parametrize("reusing", [("first",), ("second",), ("first", "second")])
def test_on_average_no_verdict_rests_on_a_training_set_with_one_trained_generator(reusing: tuple[str, ...]) -> None:
    """Whichever grid a study names first."""
    text = STUDY.replace("name: main", "name: first").replace("[cnn, resnet18]", "[cnn]")
    grid = text[text.index("  - name: first") : text.index("seeds:")]
    text = text.replace("seeds:", grid.replace("first", "second").replace("[cnn]", "[resnet18]") + "seeds:")
    for name in reusing:
        text = text.replace(f"name: {name}", f"name: {name}\n    reuse_generator_seed: true")
    results = made_up(text, score=scores())
    (row,) = rows_of(overall_table(results))
    assert row["training_sets"] == 6
    assert (row["verdict"], row["p"], row["about"], row["seeds_for_a_point"]) == (
        "not decidable with one trained generator",
        None,
        "one generator",
        None,
    )
    said = resolution_note(results)
    assert said is not None
    assert "of the procedures it is not decidable with one trained generator" in said
    rows = rows_of(comparisons_table(results))
    decided = {row["classifier"] for row in rows if row["verdict"] == "better"}
    assert decided == {"cnn", "resnet18"} - {"cnn" if name == "first" else "resnet18" for name in reusing}


def test_a_folder_of_images_is_no_procedure_that_could_be_compared() -> None:
    results = made_up(A_FOLDER, score=scores())
    for table in (comparisons_table(results), overall_table(results)):
        assert {(row["verdict"], row["p"], row["about"]) for row in rows_of(table)} == {
            ("not decidable with one trained generator", None, "one generator")
        }
    assert {row["about"] for row in rows_of(worth_table(results), generator="stylegan2-32")} == {"one generator"}
    assert {row["about"] for row in rows_of(worth_table(results), generator="stylegan2-64")} == {"procedures"}
    seeds = {(row["generator"], row["seeds_shown"]) for row in rows_of(price_table(results))}
    assert seeds == {("stylegan2-32", "5, one generator"), ("stylegan2-64", "5")}


def test_on_average_generators_are_compared_over_all_training_sets() -> None:
    (row,) = rows_of(overall_table(made_up(STUDY, score=scores())))
    assert (row["generator"], row["against"], row["training_sets"], row["seeds"]) == (
        "stylegan2-64",
        "stylegan2-32",
        6,
        5,
    )
    assert row["difference"] == pytest.approx(0.03)
    assert row["difference_low"] < 0.03 < row["difference_high"]
    assert row["verdict"] == "better"
    assert int(row["seeds_for_a_point"]) >= 5


def test_a_study_of_one_generator_compares_none() -> None:
    one = STUDY.replace(", stylegan2-64: {}", "").replace("[stylegan2-32, stylegan2-64]", "[stylegan2-32]")
    results = made_up(one)
    assert comparisons_table(results) is None
    assert overall_table(results) is None
    assert resolution_note(results) is None


def test_the_open_question_is_answered_with_five_seeds() -> None:
    said = resolution_note(made_up(STUDY, score=scores()))
    assert said is not None
    assert "The macro-F1 of stylegan2-64 minus that of stylegan2-32 is +0.030 (+0.0" in said
    assert "over 6 training sets and 5 seeds" in said
    assert "Those made at 64 px are better (p " in said


def test_the_open_question_has_the_p_value_and_the_verdict_of_the_table_of_all_pairs() -> None:
    """A difference that would count alone is not seen beside a third generator, neither in words nor in the table."""
    third = STUDY.replace("stylegan2-64: {}}", "stylegan2-64: {}, cgan-48: {}}")
    third = third.replace(
        "generators: [stylegan2-32, stylegan2-64]", "generators: [stylegan2-32, stylegan2-64, cgan-48]"
    )
    for text, said_alone in ((STUDY, "Those made at 64 px are better"), (third, "No difference is seen beyond chance")):
        results = made_up(text, score=scores(0.02, 0.027))
        (row,) = rows_of(overall_table(results), generator="stylegan2-64", against="stylegan2-32")
        said = resolution_note(results)
        assert said is not None
        assert f"{said_alone} (p = {row['p']:.3f}, corrected for all pairs of generators)" in said


@pytest.mark.parametrize(("large", "verdict"), [(0.05, "better"), (0.0, "worse")])
def test_the_open_question_has_one_answer_whichever_generator_a_study_names_first(large: float, verdict: str) -> None:
    turned = STUDY.replace("{stylegan2-32: {}, stylegan2-64: {}}", "{stylegan2-64: {}, stylegan2-32: {}}")
    said, of_turned = (resolution_note(made_up(text, score=scores(0.02, large))) for text in (STUDY, turned))
    assert said is not None
    assert f"Those made at 64 px are {verdict} (p " in said
    assert of_turned == said


def test_the_open_question_stays_open_where_chance_explains_the_difference() -> None:
    said = resolution_note(made_up(STUDY, score=scores(0.02, 0.021)))
    assert said is not None
    assert "No difference is seen beyond chance (p = " in said
    assert "seeds to see a difference of 0.010 in four of five studies, if seeds differ as these do." in said


def test_the_open_question_is_undecidable_with_fewer_seeds_and_says_how_many_it_would_take() -> None:
    said = resolution_note(made_up(THREE_SEEDS, score=scores()))
    assert said is not None
    assert "Whether that is more than chance is not decidable with this many seeds: it takes " in said
    said = resolution_note(made_up(ONE_SEED, score=scores()))
    assert said is not None
    assert "That is of these trained networks; of the procedures it is not decidable with this many seeds" in said
    assert "it takes at least 10 seeds to see a difference of 0.010" in said
    assert "if seeds differ by 0.010, which is assumed; " in said


def test_with_one_seed_the_test_images_part_is_said_to_be_unknown_and_what_it_would_cost_at_most() -> None:
    """With an error of 0.003 by images that all seeds share it takes 29 seeds where 10 would do without."""
    said = resolution_note(made_up(ONE_SEED, score=scores()))
    assert said is not None
    found = re.search(r"; (more than [\d,]+|\d+) if all that the test images add to the error here \((0\.\d+)\)", said)
    assert found is not None
    by_images, least = float(found[2]), seeds_needed(POINT, ASSUMED_SPREAD**2, 0.0)
    assert by_images > 0
    assert least == 10
    most = seeds_needed(POINT, ASSUMED_SPREAD**2, by_images**2)
    assert most is None or most > least
    assert found[1].startswith("more than") == (most is None)


def test_the_open_question_is_undecidable_with_one_trained_generator_each() -> None:
    said = resolution_note(made_up(ONE_GENERATOR, score=scores()))
    assert said is not None
    assert "of the procedures it is not decidable with one trained generator" in said


def test_the_open_question_waits_for_cells() -> None:
    said = resolution_note(made_up(STUDY, missing=lambda t: ("failed", "why") if t.stage == "train" else None))
    assert said is not None
    assert said.endswith(
        "Nothing can be said yet: stylegan2-64 and stylegan2-32 share no finished training set and seed."
    )


def test_a_study_without_both_resolutions_has_no_such_question() -> None:
    assert resolution_note(made_up(REUSED)) is None


def test_every_mean_of_the_grid_has_its_interval() -> None:
    rows = rows_of(grid_table(made_up(STUDY)))
    for name in ("macro_f1", "macro_f1_leak_free", "accuracy", "accuracy_leak_free"):
        assert all(row[f"{name}_low"] < row[name] < row[f"{name}_high"] for row in rows)
