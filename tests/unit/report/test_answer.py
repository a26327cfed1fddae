"""The answer in words says what the numbers say, and that nothing can be said where nothing can."""

from collections.abc import Callable

import pytest

from fer.plan import Task
from fer.report.answer import answers, headline
from fer.study import Cell
from tests.reports import REUSED, TWO_GENERATORS, known_score, made_up


def test_the_best_mix_stands_beside_its_control_and_all_real_images() -> None:
    weak = dict(answers(made_up()))["weak"]
    assert "trains cnn on 50\N{NARROW NO-BREAK SPACE}% real images (14,354)" in weak
    assert "reaches a test macro-F1 of 0.375 ± 0.007 (0.370 leak-free)" in weak
    assert "the same real images alone reach 0.355" in weak
    assert "all real images 0.505" in weak
    assert (
        "The samples do 13\N{NARROW NO-BREAK SPACE}% of what the other 50\N{NARROW NO-BREAK SPACE}% would add" in weak
    )


def test_samples_that_harm_are_said_to_replace_nothing() -> None:
    def harmful(cell: Cell) -> float:
        return 0.3 if cell.generator else known_score(cell)

    text = dict(answers(made_up(score=harmful)))["weak"]
    assert "The samples replace nothing of the other 50" in text
    assert "the samples are worth \N{MINUS SIGN}0.055" in text


def test_it_says_what_the_generator_had_seen() -> None:
    found = dict(answers(made_up()))
    assert "The generator itself had seen 28,709 real images" in found["weak"]
    assert "had seen only the real images of the mix that it serves" in found["strong"]


def test_nothing_is_said_of_a_generator_without_finished_cells() -> None:
    def without_weak(task: Task) -> tuple[str, str] | None:
        return ("not started", "never started") if task.cell is not None and task.cell.generator == "weak" else None

    results = made_up(missing=without_weak)
    assert dict(answers(results))["weak"] == "Nothing can be said yet: none of its 4 cells is finished."
    assert headline(results).startswith("8 of the study's 12 cells are finished")


def test_a_generator_in_no_grid_is_only_assessed() -> None:
    results = made_up("name: g\ngenerators: {cgan-48: {}}\n")
    assert "takes part in no grid" in dict(answers(results))["cgan-48"]
    assert headline(results) == "The study has no cells: it assesses generators only."


def test_a_single_seed_does_not_rule_out_chance() -> None:
    one_seed = TWO_GENERATORS.replace("seeds: [0, 1]", "seeds: [0]")
    assert "chance is not ruled out" in dict(answers(made_up(one_seed)))["weak"]
    assert "chance is not ruled out" not in dict(answers(made_up()))["weak"]


def test_a_reused_generator_is_named_as_a_limit_and_so_is_chance() -> None:
    found = dict(answers(made_up(REUSED)))
    assert found["weak"].endswith(
        "One trained generator serves several seeds, so that the spread is that of this one generator. "
        "Means over at least 2 seeds; whether differences are more than chance is not tested here."
    )
    assert "One trained generator" not in found["strong"]


def test_a_reused_generator_does_not_hide_that_some_rests_on_a_single_seed() -> None:
    text = dict(answers(made_up(REUSED, missing=without(0.5, seed=1))))["weak"]
    assert "One trained generator serves several seeds" in text
    assert "Some of this rests on a single seed: chance is not ruled out." in text


def test_a_single_seed_has_no_spread_that_a_reused_generator_could_limit() -> None:
    one_seed = REUSED.replace("seeds: [0, 1]", "seeds: [0]")
    only_the_second = made_up(REUSED, missing=lambda t: ("failed", "why") if t.cell and t.cell.seed == 0 else None)
    for results in (made_up(one_seed), only_the_second):
        text = dict(answers(results))["weak"]
        assert "One trained generator" not in text
        assert "Some of this rests on a single seed: chance is not ruled out." in text


def test_a_generator_that_is_reused_in_one_grid_and_not_in_another_says_that_it_holds_in_part() -> None:
    second = "  - {name: more, generators: [weak], classifiers: [resnet18], ratios: [0.5], controls: [0.5]}\nseeds:"
    text = dict(answers(made_up(REUSED.replace("seeds:", second))))["weak"]
    assert "In part one trained generator serves several seeds (“one generator” in the table of scores)" in text


def test_a_missing_control_is_not_made_up() -> None:
    def no_controls(task: Task) -> tuple[str, str] | None:
        return ("failed", "why") if task.cell is not None and task.cell.is_control else None

    text = dict(answers(made_up(missing=no_controls)))["weak"]
    assert "it has no finished control" in text
    assert "No mix can be compared with a control" in text


def without(ratio: float, seed: int, generator: str | None = None) -> Callable[[Task], tuple[str, str] | None]:
    def missing(task: Task) -> tuple[str, str] | None:
        cell = task.cell
        gone = cell is not None and (cell.ratio, cell.seed, cell.generator) == (ratio, seed, generator)
        return ("failed", "why") if gone else None

    return missing


@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_a_mix_is_compared_over_the_seeds_that_its_control_and_all_real_images_have_too(ratio: float) -> None:
    text = dict(answers(made_up(missing=without(ratio, seed=1))))["weak"]
    assert "reaches a test macro-F1 of 0.370 (0.365 leak-free); the same real images alone reach 0.350 " in text
    assert "all real images 0.500 " in text
    assert "This compares the 1 of its 2 seeds that the others have too." in text
    assert "Some of this rests on a single seed: chance is not ruled out." in text


def test_samples_alone_are_compared_over_the_seeds_that_all_real_images_have_too() -> None:
    text = dict(answers(made_up(missing=without(1.0, seed=0))))["weak"]
    assert "On its samples alone, cnn reaches 0.230 (0.225 leak-free), against 0.510 (0.505 leak-free)" in text


def test_a_control_of_other_seeds_is_no_control() -> None:
    def missing(task: Task) -> tuple[str, str] | None:
        return without(0.5, seed=1)(task) or without(0.5, seed=0, generator="weak")(task)

    text = dict(answers(made_up(missing=missing)))["weak"]
    assert "reaches a test macro-F1 of 0.380 (0.375 leak-free); it has no finished control of the same seeds" in text
    assert "all real images 0.510 " in text
