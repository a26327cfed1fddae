"""Recipes and tasks: what depends on what, and which change makes what anew."""

import shlex
from collections import Counter

import pytest

from fer.plan import Task, tasks
from fer.recipes import PlannedStudy, plan_recipe
from fer.studies import parse_study

CLASSES = ("anger", "disgust", "fear")
TEXT = """
name: mine
generators: {cgan-48: {}}
grids:
  - name: main
    generators: [cgan-48]
    classifiers: [cnn, resnet18]
    ratios: [0.0, 0.5, 1.0]
    volumes: [1, 2]
    controls: [0.5]
seeds: [0, 1]
training: {learning_rate: 0.001}
"""


def planned(text: str = TEXT, dataset: str = "d" * 40) -> PlannedStudy:
    study = parse_study(text, "mine.yaml")
    return PlannedStudy(study=study, dataset=dataset, classes=CLASSES, train_size=600)


def digests(of: PlannedStudy, *stages: str) -> set[str]:
    return {task.digest for task in tasks(of) if task.stage in stages}


def only(of: PlannedStudy, **coordinates: str) -> Task:
    wanted = {"class" if flag == "class_" else flag: value for flag, value in coordinates.items()}
    (task,) = [task for task in tasks(of) if wanted.items() <= task.coordinates.items()]
    return task


def test_every_task_comes_after_those_it_needs() -> None:
    seen: set[str] = set()
    for task in tasks(planned()):
        assert seen.issuperset(task.needs)
        seen.add(task.digest)


def test_a_study_has_one_task_per_network_block_assessment_and_cell() -> None:
    # Per seed: two classifiers x (ratio 0 at two volumes, ratio 0.5, all real, the control at 0.5).
    assert Counter(task.stage for task in tasks(planned())) == {
        "train-evaluator": 3,
        "train-gan": 2,
        "generate": 4,
        "assess": 2,
        "train": 20,
    }


def test_coordinates_name_each_task_of_a_stage_uniquely() -> None:
    names = [(task.stage, *sorted(task.coordinates.items())) for task in tasks(planned())]
    assert len(set(names)) == len(names)


def test_a_cell_needs_its_own_generators_samples_and_nothing_else() -> None:
    study = planned()
    twice = only(study, classifier="cnn", ratio="0", volume="2", seed="1")
    made_from = {task.digest: task for task in tasks(study)}
    assert [made_from[need].coordinates for need in twice.needs] == [
        {"generator": "cgan-48", "seed": "1"},
        {"generator": "cgan-48", "seed": "1", "volume": "2"},
    ]
    assert only(study, classifier="cnn", ratio="1", seed="0").needs == ()


@pytest.mark.parametrize("change", ["training: {learning_rate: 0.002}", "budgets: {train: {epochs: 50}}"])
def test_another_training_of_the_classifiers_makes_the_cells_anew_and_nothing_else(change: str) -> None:
    before, after = planned(), planned(TEXT.replace("training: {learning_rate: 0.001}", change))
    assert digests(before, "train").isdisjoint(digests(after, "train"))
    others = ("train-evaluator", "train-gan", "generate", "assess")
    assert digests(before, *others) == digests(after, *others)


def test_generators_need_the_judge_and_cells_of_real_images_do_not() -> None:
    study = planned()
    judge = only(study, evaluator="judge")
    assert judge.needs == ()
    assert {task.needs for task in tasks(study) if task.stage == "train-gan"} == {(judge.digest,)}
    assert {task.stage for task in tasks(study) if judge.digest in task.needs} == {"train-gan", "assess"}


def test_another_judge_makes_what_it_judges_anew_and_no_cell_of_real_images() -> None:
    before, after = planned(), planned(TEXT + "evaluators: {judge: {classifier: resnet18}}")
    same = [task for task in tasks(after) if task.digest in {task.digest for task in tasks(before)}]
    kept = [task for task in same if task.stage != "train-evaluator"]
    assert [task.coordinates["evaluator"] for task in same if task not in kept] == ["features", "reader"]
    assert {task.stage for task in kept} == {"train"}
    assert all("generator" not in task.coordinates for task in kept)
    assert len(kept) == 8


def test_an_assessment_needs_the_samples_and_all_evaluators() -> None:
    study = planned()
    assess = next(task for task in tasks(study) if task.stage == "assess")
    made_from = {task.digest: str(task) for task in tasks(study)}
    assert [made_from[need] for need in assess.needs] == [
        "generate generator=cgan-48 seed=0",
        "train-evaluator evaluator=features",
        "train-evaluator evaluator=judge",
        "train-evaluator evaluator=reader",
    ]


def test_images_that_somebody_has_need_evaluators_to_be_assessed_and_not_before() -> None:
    study = planned(TEXT.replace("cgan-48: {}", 'cgan-48: {model: "folder:/theirs"}'))
    study = study.model_copy(update={"fingerprints": {"/theirs": "f" * 64}})
    evaluators = digests(study, "train-evaluator")
    assert len(evaluators) == 3
    assert {task.stage for task in tasks(study) if evaluators & set(task.needs)} == {"assess"}


def test_another_reader_or_other_features_make_the_assessments_anew_and_no_generator() -> None:
    for role in ("features", "reader"):
        after = planned(TEXT + f"evaluators: {{{role}: {{classifier: resnet50}}}}")
        assert digests(planned(), "assess").isdisjoint(digests(after, "assess"))
        others = ("train-gan", "generate", "train")
        assert digests(planned(), *others) == digests(after, *others)


def test_evaluators_that_are_set_alike_are_one_network() -> None:
    alike = "evaluators: {features: {classifier: resnet50}, reader: {classifier: resnet50}}"
    names = [task.coordinates for task in tasks(planned(TEXT + alike)) if task.stage == "train-evaluator"]
    assert names == [{"evaluator": "judge"}, {"evaluator": "features"}]


def test_inception_counts_by_the_content_of_its_weights() -> None:
    study, plain = planned(TEXT + "assessment: {inception: i.pth}"), planned()
    first, second = (study.model_copy(update={"fingerprints": {"i.pth": digit * 64}}) for digit in "ab")
    assert len({*digests(plain, "assess"), *digests(first, "assess"), *digests(second, "assess")}) == 6
    assert digests(plain, "train-gan", "generate", "train") == digests(first, "train-gan", "generate", "train")


def test_a_learning_rate_of_one_classifier_leaves_the_others_cells_alone() -> None:
    before, after = planned(), planned(TEXT + "classifiers: {resnet18: {learning_rate: 0.5}}")
    changed = [task for task in tasks(after) if task.digest not in {task.digest for task in tasks(before)}]
    assert {task.coordinates.get("classifier") for task in changed} == {"resnet18"}


def test_a_changed_generator_budget_makes_all_that_follows_from_it_anew_but_no_real_cell() -> None:
    before, after = planned(), planned(TEXT + "budgets: {train-gan: {kimg: 5}}")
    kept = [task for task in tasks(after) if task.digest in digests(before, "train-gan", "generate", "assess", "train")]
    assert {task.stage for task in kept} == {"train"}
    assert all("generator" not in task.coordinates for task in kept)
    assert len(kept) == 8


def test_changed_data_make_everything_anew() -> None:
    stages = ("train-gan", "generate", "assess", "train")
    assert digests(planned(), *stages).isdisjoint(digests(planned(dataset="e" * 40), *stages))


def test_one_more_seed_or_classifier_adds_tasks_and_keeps_those_there_were() -> None:
    stages = ("train-gan", "generate", "assess", "train")
    before = digests(planned(), *stages)
    assert before < digests(planned(TEXT.replace("[0, 1]", "[0, 1, 2]")), *stages)
    assert before < digests(planned(TEXT.replace("[cnn, resnet18]", "[cnn, resnet18, densenet121]")), *stages)


def test_the_title_changes_the_plan_only() -> None:
    before, after = planned(), planned(TEXT + "title: Mine")
    assert plan_recipe(before).digest != plan_recipe(after).digest
    assert [task.digest for task in tasks(before)] == [task.digest for task in tasks(after)]


def test_separate_classes_are_one_network_each_and_generate_needs_them_all() -> None:
    study = planned(TEXT.replace("cgan-48: {}", "cgan-48: {classes: separate}"))
    networks = [task for task in tasks(study) if task.stage == "train-gan" and task.coordinates["seed"] == "0"]
    assert [task.coordinates["class"] for task in networks] == list(CLASSES)
    block = next(task for task in tasks(study) if task.stage == "generate")
    assert block.needs == tuple(task.digest for task in networks)


def test_a_matching_generator_is_trained_once_per_ratio_that_it_serves() -> None:
    text = TEXT.replace("cgan-48: {}", "cgan-48: {real: match}").replace("[0.0, 0.5, 1.0]", "[0.1, 0.5, 1.0]")
    text = text.replace("    volumes: [1, 2]\n", "")
    runs = [task.coordinates for task in tasks(planned(text)) if task.stage == "train-gan"]
    assert [(run["seed"], run["ratio"]) for run in runs] == [("0", "0.1"), ("0", "0.5"), ("1", "0.1"), ("1", "0.5")]


def test_a_generator_in_no_grid_is_trained_and_assessed_for_every_seed() -> None:
    text = TEXT.replace("cgan-48: {}", "cgan-48: {}, other: {model: cgan-48, kimg: 1.0}")
    stages = [task.stage for task in tasks(planned(text)) if task.coordinates.get("generator") == "other"]
    assert stages == ["train-gan", "generate", "assess"] * 2


def test_a_command_can_be_pasted_into_a_shell() -> None:
    classes = ("no expression", "it's odd")
    study = parse_study("name: mine\ngenerators: {cgan-48: {classes: separate}}\n", "mine.yaml")
    of = PlannedStudy(study=study, dataset="d" * 40, classes=classes, train_size=600)
    parts = [shlex.split(task.command) for task in tasks(of) if task.stage == "train-gan"]
    assert [part[part.index("--class") + 1] for part in parts] == list(classes)


@pytest.mark.parametrize("flag", ["seed", "classifier", "ratio"])
def test_a_tasks_command_states_all_its_coordinates(flag: str) -> None:
    task = only(planned(), classifier="cnn", generator="cgan-48", ratio="0.5", seed="0")
    assert f"--{flag} {task.coordinates[flag]}" in task.command
    assert task.command.startswith("fer train --generator cgan-48 ")
