"""Two studies side by side: what differs by more than noise is called so, and nothing else is."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from fer.cells import Cell
from fer.errors import RequestError
from fer.plan import Task
from fer.report.compared import NOTHING, SAME, Compared, Comparison, compare
from fer.report.pairs import NOT_OF_ONE
from fer.report.results import StudyResults
from fer.statistics.claims import NetworksClaim, ProceduresClaim
from fer.statistics.mcnemar import mcnemar
from fer.statistics.verdicts import UNDECIDABLE
from jobs.compare import comparison_json, comparison_text
from tests.reports import TRUTH, made_up

STUDY = """
name: {name}
generators: {{weak: {{model: cgan-48}}}}
grids:
  - {{name: main, generators: [weak], classifiers: [cnn], ratios: [0.0, 0.5, 1.0], controls: [{controls}]{more}}}
seeds: [{seeds}]
training: {{learning_rate: {rate}}}
"""


def study(
    added: float = 0.0,
    *,
    seeds: str = "0",
    controls: str = "0.5",
    more: str = "",
    rate: float = 0.001,
    missing: Callable[[Task], tuple[str, str] | None] = lambda _: None,
) -> StudyResults:
    """A study whose mixes score ``added`` more than 0.4, and whose real images alone score 0.5."""

    def score(cell: Cell) -> float:
        return 0.5 if cell.generator is None else 0.4 + added

    text = STUDY.format(name="a", controls=controls, seeds=seeds, more=more, rate=rate)
    return made_up(text, score=score, missing=missing)


def at(found: Comparison, generator: str | None, ratio: float) -> Compared:
    (compared,) = (c for c in found.both if (c.first.generator, c.first.ratio) == (generator, ratio))
    return compared


def test_one_seed_of_each_is_a_claim_about_two_trained_networks() -> None:
    found = compare(study(), study(0.2, rate=0.002))
    mix = at(found, "weak", 0.5)
    assert isinstance(mix.claim, NetworksClaim)
    assert mix.claim.estimate.value == pytest.approx(0.2)
    assert mix.verdict == "better"
    assert at(compare(study(0.2), study(rate=0.002)), "weak", 0.5).verdict == "worse"


def test_a_difference_within_noise_is_none() -> None:
    mix = at(compare(study(), study(0.004, rate=0.002)), "weak", 0.5)
    assert mix.verdict == "no difference seen"
    assert mix.p is not None
    assert mix.p > 0.05


def test_replicates_share_no_seed_and_their_networks_are_compared_as_they_come() -> None:
    found = at(compare(study(seeds="7"), study(0.2, seeds="1234")), "weak", 0.5)
    assert isinstance(found.claim, NetworksClaim)
    assert found.verdict == "better"


def test_five_seeds_are_a_claim_about_procedures_and_fewer_are_not_decided() -> None:
    five, two = "0, 1, 2, 3, 4", "0, 1"
    found = at(compare(study(seeds=five), study(0.2, seeds=five, rate=0.002)), "weak", 0.5)
    assert isinstance(found.claim, ProceduresClaim)
    assert (found.claim.estimate.seeds, found.verdict) == (5, "better")
    few = at(compare(study(seeds=two), study(0.2, seeds=two, rate=0.002)), "weak", 0.5)
    assert (few.verdict, few.p) == (UNDECIDABLE, None)


def test_one_generator_for_five_seeds_decides_nothing_about_generators() -> None:
    five, reused = "0, 1, 2, 3, 4", ", reuse_generator_seed: true"
    found = compare(study(seeds=five, more=reused), study(0.2, seeds=five, more=reused, rate=0.002))
    assert at(found, "weak", 0.5).verdict == NOT_OF_ONE
    assert at(found, None, 1.0).verdict != NOT_OF_ONE


def test_cells_of_common_seeds_are_paired_and_means_are_over_those_alone() -> None:
    found = at(compare(study(seeds="0, 1, 2"), study(0.2, seeds="2, 3", rate=0.002)), "weak", 0.5)
    assert found.first.finished_seeds == found.second.finished_seeds == {2}


def test_the_same_artifacts_are_the_same_networks() -> None:
    found = compare(study(), study())
    assert {compared.verdict for compared in found.both} == {SAME}
    values = comparison_json(found, ("a", "b"))["training_sets"]
    assert {row["difference"] for row in values} == {0.0}


def test_what_only_one_of_them_has_is_counted_and_what_is_not_finished_says_so() -> None:
    def no_mixes(task: Task) -> tuple[str, str] | None:
        return ("failed", "why") if task.cell is not None and task.cell.generator else None

    found = compare(study(controls="0.1, 0.3, 0.5"), study(missing=no_mixes))
    assert (found.only_first, found.only_second) == (2, 0)
    assert at(found, "weak", 0.5).verdict == NOTHING
    assert at(found, "weak", 0.5).claim is None


def test_what_is_set_differently_is_named() -> None:
    """The same names are compared, whatever stands behind them."""
    found = compare(study(), study(0.1, rate=0.002))
    assert found.settings == ["training.learning_rate"]
    assert comparison_text(found, ("a", "b"))[1] == "set differently: training.learning_rate"
    assert compare(study(), study(seeds="1")).settings == []
    text = STUDY.format(name="one", seeds="0", controls="0.5", more="", rate=0.001)
    longer = text.replace("{model: cgan-48}", "{model: cgan-48, kimg: 7, options: {ema_kimg: 2.0}}")
    different = compare(made_up(text), made_up(longer)).settings
    assert different == ["generators.weak.kimg", "generators.weak.options.ema_kimg"]


def test_what_grids_set_differently_is_named_with_each_training_set() -> None:
    """A seed of another generator, or epochs chosen on other images, make another training set of the same name."""
    three, chosen = "0, 1, 2", ", validate_on: mix"
    found = compare(study(seeds=three), study(0.1, seeds=three, more=chosen))
    assert {tuple(compared.settings) for compared in found.both} == {("validate_on",)}
    found = compare(study(seeds=three), study(0.1, seeds=three, more=f"{chosen}, reuse_generator_seed: true"))
    assert at(found, "weak", 0.5).settings == ["validate_on", "reuse_generator_seed"]
    assert at(found, None, 0.5).settings == ["validate_on"], "no generator has a part in it"
    lines = comparison_text(found, ("a", "b"))
    assert "the grids set validate_on differently for 4 of 4 training sets" in lines
    assert "the grids set reuse_generator_seed differently for 2 of 4 training sets" in lines
    assert lines[1].endswith("set differently")
    assert comparison_json(found, ("a", "b"))["training_sets"][0]["set_differently"] == [
        "validate_on",
        "reuse_generator_seed",
    ]
    assert {tuple(compared.settings) for compared in compare(study(seeds=three), study(seeds="7")).both} == {()}


def test_a_reused_generator_is_no_other_where_only_its_own_seed_is_compared() -> None:
    found = compare(study(), study(0.1, seeds="0, 1, 2", more=", reuse_generator_seed: true", rate=0.002))
    assert at(found, "weak", 0.5).settings == []


def test_one_seed_has_mcnemars_p_value_too_corrected_for_all_pairs_of_networks() -> None:
    first, second = study(), study(0.2, rate=0.002)
    found = compare(first, second)
    of_mixes = [at(found, "weak", ratio).mcnemar_p for ratio in (0.0, 0.5)]
    (a, b) = (at(found, "weak", 0.5).first.finished[0], at(found, "weak", 0.5).second.finished[0])
    alone = mcnemar(a.predicted == TRUTH.labels, b.predicted == TRUTH.labels)
    assert of_mixes == [pytest.approx(4 * alone), pytest.approx(4 * alone)]
    assert at(found, None, 1.0).mcnemar_p == 1.0, "they are right on the same images"
    lines = comparison_text(found, ("a", "b"))
    assert "McNemar p" in lines[2]
    five = compare(study(seeds="0, 1, 2, 3, 4"), study(0.2, seeds="0, 1, 2, 3, 4", rate=0.002))
    assert {compared.mcnemar_p for compared in five.both} == {None}
    assert "McNemar p" not in comparison_text(five, ("a", "b"))[2]
    assert {compared.mcnemar_p for compared in compare(first, first).both} == {None}


def test_the_difference_without_leaked_test_images_stands_beside_the_official_one() -> None:
    found = compare(study(), study(0.2, rate=0.002))
    (row,) = (
        row
        for row in comparison_json(found, ("a", "b"))["training_sets"]
        if (row["generator"], row["ratio"]) == ("weak", 0.5)
    )
    assert row["leak_free"] == pytest.approx(0.2)
    low, high = row["leak_free_interval"]
    assert low < 0.2 < high
    assert [low, high] != row["interval"]


def test_studies_on_different_data_are_refused() -> None:
    other = study()
    moved = replace(other, planned=other.planned.model_copy(update={"dataset": "e" * 40}))
    with pytest.raises(RequestError, match=r"a and a are planned on different data sets \(d{12}, e{12}\)"):
        compare(study(), moved)


def test_the_table_has_a_row_for_each_common_training_set_and_says_what_came_of_it() -> None:
    found = compare(study(controls="0.1, 0.5"), study(0.2, rate=0.002))
    lines = comparison_text(found, ("one", "two"))
    assert lines[0].startswith("first: one, second: two")
    (mix,) = (line for line in lines if line.startswith("cnn") and " 0.5 " in line and "weak" in line)
    assert mix.split()[:6] == ["cnn", "weak", "0.5", "0.400", "0.600", "+0.200"]
    assert mix.endswith("better")
    assert "2 better, 2 no difference seen" in lines
    assert lines[-1] == "1 training sets are in one only"
    row = comparison_json(found, ("one", "two"))["training_sets"][0]
    assert json.loads(json.dumps(row)) == row
    low, high = row["interval"]
    assert low < row["difference"] < high


def test_the_interval_holds_the_difference_of_the_means_that_are_shown() -> None:
    first, second = study(seeds="0, 1, 2, 3, 4"), study(0.1, seeds="5, 6, 7, 8, 9")
    found = at(compare(first, second), "weak", 0.5)
    assert found.claim is not None
    means = [group.score("macro_f1") for group in (found.first, found.second)]
    assert means[0] is not None
    assert means[1] is not None
    assert found.claim.estimate.value == pytest.approx(means[1].mean - means[0].mean)
