"""Flags find exactly one task, and wrong ones are answered with what would be right."""

import pytest

from fer.errors import RequestError
from fer.plan import tasks
from fer.recipes import PlannedStudy
from fer.studies import parse_study
from jobs.coordinates import find_cell_task, find_evaluator_task, find_generator_task

STUDY = """
name: mine
generators:
  joint: {model: cgan-48}
  apart: {model: cgan-48, classes: separate}
  honest: {model: cgan-48, real: match}
grids:
  - name: a
    generators: [joint, apart]
    classifiers: [cnn, resnet18]
    ratios: [0.0, 0.5, 1.0]
    controls: [0.1]
    volumes: [1, 2]
  - {name: b, generators: [honest], classifiers: [cnn], ratios: [0.1, 0.25]}
seeds: [0, 3]
"""


@pytest.fixture(scope="module")
def planned() -> PlannedStudy:
    classes = ("angry", "happy")
    return PlannedStudy(study=parse_study(STUDY, "mine"), dataset="0" * 40, classes=classes, train_size=100)


def test_every_task_is_found_by_its_own_coordinates(planned: PlannedStudy) -> None:
    for task in tasks(planned):
        where = task.coordinates
        if task.stage == "train-evaluator":
            assert find_evaluator_task(planned, where["evaluator"]) == task
            continue
        ratio = float(where["ratio"]) if "ratio" in where else None
        volume, seed = int(where.get("volume", 1)), int(where["seed"])
        if task.stage == "train":
            assert ratio is not None
            found = find_cell_task(
                planned,
                generator=where.get("generator"),
                classifier=where["classifier"],
                ratio=ratio,
                volume=volume,
                seed=seed,
            )
        else:
            found = find_generator_task(
                planned,
                task.stage,
                generator=where["generator"],
                seed=seed,
                ratio=ratio,
                class_name=where.get("class"),
                volume=volume,
            )
        assert found == task


@pytest.mark.parametrize(
    ("generator", "classifier", "ratio", "volume", "seed", "expected"),
    [
        ("jiont", "cnn", 0.5, 1, 0, "--generator jiont: not in study mine here; did you mean joint?"),
        ("joint", "resnet", 0.5, 1, 0, "--classifier resnet: not in study mine here; did you mean resnet18?"),
        ("joint", "cnn", 0.2, 1, 0, "--ratio 0.2: not in study mine with --generator joint (known: 0, 0.5)"),
        ("joint", "cnn", 0.0, 3, 0, "--volume 3: not in study mine here; known: 1, 2"),
        ("joint", "cnn", 0.5, 1, 1, "--seed 1: not in study mine here; known: 0, 3"),
        (
            None,
            "resnet18",
            0.5,
            1,
            0,
            "--ratio 0.5: not in study mine without --generator (known: 0.1, 1); "
            "give --generator, one of: apart, joint",
        ),
        (None, "cnn", 0.7, 1, 0, "--ratio 0.7: not in study mine without --generator (known: 0.1, 1)"),
    ],
)
def test_an_unknown_cell_is_answered_with_the_nearest_right_ones(
    planned: PlannedStudy,
    generator: str | None,
    classifier: str,
    ratio: float,
    volume: int,
    seed: int,
    expected: str,
) -> None:
    with pytest.raises(RequestError) as error:
        find_cell_task(planned, generator=generator, classifier=classifier, ratio=ratio, volume=volume, seed=seed)
    assert str(error.value) == expected


def test_all_real_belongs_to_no_generator(planned: PlannedStudy) -> None:
    with pytest.raises(RequestError, match=r"--ratio 1: .* with --generator joint .*; leave --generator out"):
        find_cell_task(planned, generator="joint", classifier="cnn", ratio=1.0, volume=1, seed=0)


@pytest.mark.parametrize(
    ("generator", "seed", "ratio", "class_name", "expected"),
    [
        ("apart", 0, None, None, "give --class, one of: angry, happy"),
        ("apart", 0, None, "hapy", "--class hapy: not a class of the data set; did you mean happy?"),
        ("joint", 0, None, "happy", "one network for all classes; leave --class out"),
        ("honest", 0, None, None, "give --ratio, known: 0.1, 0.25"),
        ("honest", 0, 0.5, None, "--ratio 0.5: not in study mine here; known: 0.1, 0.25"),
        ("joint", 0, 0.5, None, "joint .real: all. serves every ratio; leave --ratio out"),
        ("joint", 7, None, None, "--seed 7: not in study mine here; known: 0, 3"),
    ],
)
def test_an_unknown_generator_run_is_answered_with_what_is_there(
    planned: PlannedStudy, generator: str, seed: int, ratio: float | None, class_name: str | None, expected: str
) -> None:
    with pytest.raises(RequestError, match=expected):
        find_generator_task(planned, "train-gan", generator=generator, seed=seed, ratio=ratio, class_name=class_name)


def test_a_volume_that_nothing_uses_is_refused(planned: PlannedStudy) -> None:
    with pytest.raises(RequestError, match="--volume 3: study mine uses volumes 1 to 2 of joint"):
        find_generator_task(planned, "generate", generator="joint", seed=0, ratio=None, volume=3)


def test_an_evaluator_is_found_by_a_known_role_in_a_study_that_needs_it(planned: PlannedStudy) -> None:
    with pytest.raises(RequestError, match=r"^--evaluator jugde: unknown role; did you mean judge\?$"):
        find_evaluator_task(planned, "jugde")
    text = "name: real\ngrids: [{name: a, classifiers: [cnn], ratios: [1.0]}]"
    real = planned.model_copy(update={"study": parse_study(text, "real")})
    with pytest.raises(RequestError, match=r"^--evaluator judge: study real has no generator"):
        find_evaluator_task(real, "judge")
