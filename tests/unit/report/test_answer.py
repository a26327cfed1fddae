"""The answer in words says what the numbers say, and that nothing can be said where nothing can."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fer.cells import Cell
from fer.plan import Task
from fer.report.answer import answers, headline
from tests.reports import FOLDER, REUSED, TWO_GENERATORS, known_score, made_up
from tests.unit.report.claims import STUDY, nothing_leak_free, scores


def test_the_best_mix_stands_beside_its_control_and_all_real_images() -> None:
    weak = dict(answers(made_up()))["weak"]
    assert "trains cnn on 50\N{NARROW NO-BREAK SPACE}% real images (14,354)" in weak
    assert re.search(r"reaches a test macro-F1 of 0\.375 \(0\.3[0-6]\d to 0\.[34]\d\d; leak-free 0\.370\)", weak)
    assert re.search(r"the same real images alone reach 0\.355 \(0\.[23]\d\d to 0\.[34]\d\d; leak-free 0\.350\)", weak)
    assert "all real images 0.505 (" in weak
    share, left_out = "13\N{NARROW NO-BREAK SPACE}%", "50\N{NARROW NO-BREAK SPACE}%"
    assert f"The samples do {share} of what the other {left_out} would add (" in weak
    assert re.search(r"would add \((nothing|[\d.]+.%) to (all|[\d.]+.%) of it\)\.", weak)


def test_samples_that_harm_are_said_to_replace_nothing() -> None:
    def harmful(cell: Cell) -> float:
        return 0.3 if cell.generator else known_score(cell)

    text = dict(answers(made_up(score=harmful)))["weak"]
    assert re.search(r"The samples replace nothing of what the other 50.% of the real images would add \(", text)
    assert "its samples are worth \N{MINUS SIGN}0.055 macro-F1" in text


def test_it_says_what_the_generator_had_seen() -> None:
    found = dict(answers(made_up()))
    assert "; the generator itself had seen 28,709 real images, more than any mix holds." in found["weak"]
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


ONE_SEED, FIVE_SEEDS = "seeds: [0]", "seeds: [0, 1, 2, 3, 4]"


def varied(worth: float) -> Callable[[Cell], float]:
    """Scores whose mixes are better than their controls by ``worth``, half a point more or less by the seed."""
    return lambda cell: (
        known_score(cell.model_copy(update={"generator": None}))
        + (worth + 0.005 * (cell.seed % 3 - 1) if cell.generator else 0)
    )


def first_sentence(text: str, generator: str = "weak", **changes: Any) -> str:
    answer = dict(answers(made_up(text, **changes)))[generator]
    return answer[: re.search(r"\.( [A-Z]|$)", answer).start() + 1]  # type: ignore[union-attr]


def test_one_seed_says_what_networks_do_and_nothing_about_the_procedure() -> None:
    text = TWO_GENERATORS.replace("seeds: [0, 1]", ONE_SEED)
    said = first_sentence(text)
    assert re.match(
        r"In the only mix with a control its samples are worth \+0\.020 macro-F1 \(\+0\.0\d\d to \+0\.0\d\d, 1 seed\): "
        r"for these two trained networks a gain beyond chance \(p (= 0\.0\d\d|< 0\.001)\), "
        r"for the procedure not decidable with this many seeds; ",
        said,
    )
    assert "with one seed they are about these trained networks only" in dict(answers(made_up(text)))["weak"]


def test_two_seeds_have_an_interval_but_no_verdict() -> None:
    said = first_sentence(TWO_GENERATORS, score=varied(0.02))
    assert re.search(r"worth \+0\.0\d\d macro-F1 \(.0\.0\d\d to \+0\.0\d\d, 2 seeds\)", said)
    assert ", and whether chance alone does that is not decidable with this many seeds (it takes 5); " in said
    assert "beyond chance" not in said


@pytest.mark.parametrize(
    ("worth", "verdict"),
    [(0.02, "a gain beyond chance"), (-0.02, "a loss beyond chance"), (0.002, "no difference seen beyond chance")],
)
def test_five_seeds_have_a_verdict_about_the_procedure(worth: float, verdict: str) -> None:
    said = first_sentence(TWO_GENERATORS.replace("seeds: [0, 1]", FIVE_SEEDS), score=varied(worth))
    assert re.search(rf"5 seeds\): for the procedure {verdict} \(p (= \d\.\d\d\d|< 0\.001)\); ", said)


def test_a_gain_that_the_leak_free_images_do_not_bear_out_is_said_to_be_one() -> None:
    results = nothing_leak_free(made_up(STUDY, score=scores(large=0.3)))
    assert "a gain beyond chance but not surely on the leak-free images (p" in dict(answers(results))["stylegan2-64"]


def test_verdicts_are_corrected_for_the_number_of_generators() -> None:
    five = TWO_GENERATORS.replace("seeds: [0, 1]", FIVE_SEEDS)
    alone = re.sub(r"  strong: .*\n|  - {name: strong.*\n", "", five)

    def p(text: str) -> float:
        return float(re.search(r"p = (0\.\d+)", first_sentence(text, score=varied(0.006))).group(1))  # type: ignore[union-attr]

    assert p(five) == pytest.approx(2 * p(alone), abs=0.0015)


def test_several_mixes_are_averaged() -> None:
    three = TWO_GENERATORS.replace("ratios: [0.0, 0.5, 1.0]", "ratios: [0.0, 0.1, 0.5, 1.0]")
    assert "On average over 2 mixes with controls its samples are worth +0.020" in first_sentence(three)


def test_the_best_mix_has_a_price_in_real_images() -> None:
    """Controls of 0.355 at 14,354 images and 0.505 at 28,709: the mix's 0.375 lies between them."""
    weak = dict(answers(made_up()))["weak"]
    number = 14354 * (28709 / 14354) ** (0.02 / 0.15)
    assert f"; its best mix does as well as {number:,.0f} real images alone (" in weak


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        (0.9, "; its best mix does better than 28,709 real images alone, the most that were tried; "),
        (0.01, "; its best mix does worse than 2,871 real images alone, the fewest that were tried; "),
    ],
)
def test_a_best_mix_beyond_the_controls_is_not_priced_beyond_them(mix: float, said: str) -> None:
    def score(cell: Cell) -> float:
        return mix if cell.generator else known_score(cell)

    assert said in dict(answers(made_up(score=score)))["weak"]


def test_a_best_mix_that_is_hardly_worse_than_the_fewest_real_images_is_said_to_be_so() -> None:
    fewest = known_score(
        Cell(generator=None, classifier="cnn", ratio=0.1, volume=1, seed=0, generator_seed=None, validate_on="real")
    )

    def score(cell: Cell) -> float:
        return fewest - 0.001 if cell.generator else known_score(cell)

    said = "does worse than 2,871 real images alone, the fewest that were tried, though not beyond chance (fewer than "
    assert said in dict(answers(made_up(score=score)))["weak"]


@pytest.mark.parametrize(
    ("below", "said"),
    [
        (0.02, "; none of its mixes comes within one point of all real images with cnn; "),
        (
            0.0,
            "; the fewest real images in a mix within one point of all of them are 50\N{NARROW NO-BREAK SPACE}% with ",
        ),
    ],
)
def test_it_says_which_mix_is_the_first_to_come_close_to_all_real_images(below: float, said: str) -> None:
    def score(cell: Cell) -> float:
        return known_score(cell.model_copy(update={"generator": None, "ratio": 1.0})) - below * (cell.ratio < 1)

    def far_alone(cell: Cell) -> float:
        return 0.1 if cell.ratio == 0 else score(cell)

    assert said in dict(answers(made_up(score=far_alone)))["weak"]


def test_where_all_real_images_are_not_there_nothing_is_said_to_come_close_to_them() -> None:
    def missing(task: Task) -> tuple[str, str] | None:
        return ("failed", "why") if task.cell is not None and task.cell.ratio == 1 else None

    text = dict(answers(made_up(missing=missing)))["weak"]
    assert "; whether a mix comes within one point of all real images cannot be said of cnn yet; " in text


def test_real_images_that_add_nothing_leave_no_share_to_speak_of() -> None:
    text = dict(answers(made_up(score=lambda _: 0.5)))["weak"]
    assert "All real images do not do better than these alone (+0.000, +0.000 to +0.000), so that" in text
    assert "replace nothing" not in text


def test_a_reused_generator_is_named_as_a_limit_of_what_is_said() -> None:
    found = dict(answers(made_up(REUSED)))
    assert (
        "One trained generator serves several seeds, so that the spread is that of this one generator." in found["weak"]
    )
    assert "One trained generator" not in found["strong"]
    said = first_sentence(REUSED.replace("seeds: [0, 1]", FIVE_SEEDS), score=varied(0.02))
    assert "for this one generator a gain beyond chance" in said


def test_a_folder_of_images_is_named_as_a_limit_of_what_is_said() -> None:
    folder = TWO_GENERATORS.replace("weak: {model: cgan-48}", f"weak: {{model: 'folder:{FOLDER}'}}")
    found = dict(answers(made_up(folder)))
    assert "One folder of images serves all seeds, so that the spread is that of these images." in found["weak"]
    assert "One folder" not in found["strong"]
    said = first_sentence(folder.replace("seeds: [0, 1]", FIVE_SEEDS), score=varied(0.02))
    assert "for this one generator a gain beyond chance" in said


def test_a_reused_generator_does_not_hide_that_some_rests_on_a_single_seed() -> None:
    text = dict(answers(made_up(REUSED, missing=without(0.5, seed=1))))["weak"]
    assert "One trained generator serves several seeds" in text
    assert "where only one seed is finished, for other images only" in text


def test_a_single_seed_has_no_spread_that_a_reused_generator_could_limit() -> None:
    one_seed = REUSED.replace("seeds: [0, 1]", ONE_SEED)
    only_the_second = made_up(REUSED, missing=lambda t: ("failed", "why") if t.cell and t.cell.seed == 0 else None)
    for results in (made_up(one_seed), only_the_second):
        text = dict(answers(results))["weak"]
        assert "One trained generator" not in text
        assert "about these trained networks only" in text


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
    assert re.search(r"macro-F1 of 0\.370 \([^)]*leak-free 0\.365\); the same real images alone reach 0\.350 \(", text)
    assert "all real images 0.500 " in text
    assert "This compares the 1 of its 2 seeds that the others have too." in text
    assert "for other images only" in text


def test_samples_alone_are_compared_over_the_seeds_that_all_real_images_have_too() -> None:
    text = dict(answers(made_up(missing=without(1.0, seed=0))))["weak"]
    assert re.search(
        r"On its samples alone, cnn reaches 0\.230 \([^)]*leak-free 0\.225\), against 0\.510 \([^)]*leak-free 0\.505\)",
        text,
    )


def test_a_control_of_other_seeds_is_no_control() -> None:
    def missing(task: Task) -> tuple[str, str] | None:
        return without(0.5, seed=1)(task) or without(0.5, seed=0, generator="weak")(task)

    text = dict(answers(made_up(missing=missing)))["weak"]
    assert re.search(
        r"macro-F1 of 0\.380 \([^)]*leak-free 0\.375\); it has no finished control of the same seeds", text
    )
    assert "all real images 0.510 " in text
