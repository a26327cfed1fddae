"""How a study is spread over pods: each task once, after what it needs, in packs that are no larger than asked."""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from fer.errors import RequestError
from fer.plan import Task, tasks
from fer.recipes import PlannedStudy
from fer.studies import built_in_studies, built_in_text, parse_study
from jobs.coordinates import find_cell_task, find_evaluator_task, find_generator_task
from jobs.fan_out import MOST_BYTES, MOST_PODS, fan_out
from jobs.place import goals_at
from jobs.runs import STAGES_ONCE, spread
from jobs.train import CellList

CLASSES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
MIXED = """
name: mixed
generators:
  joint: {model: cgan-48}
  apart: {model: cgan-48, classes: separate}
  honest: {model: cgan-48, real: match}
  theirs: {model: "folder:/theirs"}
  unused: {model: cgan-48, kimg: 7}
grids:
  - name: a
    generators: [joint, apart, theirs]
    classifiers: [cnn, resnet18]
    ratios: [0.0, 0.5, 1.0]
    volumes: [1, 2]
    controls: [0.1]
  - {name: b, generators: [honest], classifiers: [cnn], ratios: [0.1, 0.25]}
  - {name: c, generators: [joint], classifiers: [resnet50], ratios: [0.75], reuse_generator_seed: true}
seeds: [0, 3]
"""


def planned(text: str) -> PlannedStudy:
    return PlannedStudy(
        study=parse_study(text, "a study"),
        dataset="d" * 40,
        classes=CLASSES,
        train_size=28709,
        fingerprints={"/theirs": "f" * 64},
    )


def items_of(lists: dict[str, str]) -> list[dict[str, Any]]:
    """The generator runs of a fan-out, and real images alone."""
    return [*json.loads(lists["runs.json"]), *json.loads(lists["alone.json"])]


def started(study: PlannedStudy, lists: dict[str, str]) -> Iterator[list[Task]]:
    """The tasks of each pod that a fan-out asks for, found by the flags that the pod's command gets."""
    for role in json.loads(lists["evaluators.json"]):
        yield [find_evaluator_task(study, role)]
    yield from started_by(study, items_of(lists))


def started_by(study: PlannedStudy, items: Iterable[dict[str, Any]]) -> Iterator[list[Task]]:
    """The tasks of each pod that some runs ask for."""
    for run in items:
        name, seed = run["generator"], run["seed"] and int(run["seed"])
        ratio = float(run["ratio"]) if run["ratio"] else None
        here = {"generator": name, "seed": seed, "ratio": ratio}
        for class_name in run["classes"]:
            yield [find_generator_task(study, "train-gan", **here, class_name=class_name or None)]
        for volume in run["volumes"]:
            yield [find_generator_task(study, "generate", **here, volume=int(volume))]
        for volume in run["assess"]:
            yield [find_generator_task(study, "assess", **here, volume=int(volume))]
        for group in run["groups"]:
            for classifier in group["classifiers"]:
                for pack in group["packs"]:
                    places = CellList().convert(pack, None, None)
                    yield [
                        find_cell_task(
                            study,
                            generator=name or None,
                            classifier=classifier,
                            ratio=place.ratio,
                            volume=place.volume,
                            seed=place.seed,
                        )
                        for place in places
                    ]


def digests(of: Iterable[Task]) -> list[str]:
    return [task.digest for task in of]


@pytest.mark.parametrize("pack", [1, 3])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name == "paper-plus")) for name in built_in_studies()]
)
def test_the_pods_of_a_built_in_study_make_each_of_its_tasks_once(name: str, pack: int) -> None:
    study = planned(built_in_text(name))
    made = [task for pod in started(study, fan_out(study, tasks(study), pack)) for task in pod]
    assert sorted(digests(made)) == sorted(digests(tasks(study)))


@pytest.mark.parametrize("pack", [1, 2, 1000])
def test_each_task_follows_those_it_needs_within_its_own_run_or_the_evaluators(pack: int) -> None:
    study = planned(MIXED)
    lists = fan_out(study, tasks(study), pack)
    evaluators = {find_evaluator_task(study, role).digest for role in json.loads(lists["evaluators.json"])}
    waiting = json.loads(lists["runs.json"])
    everything = set(evaluators)
    for run in items_of(lists):
        here = set(evaluators) if run in waiting else set()
        for pod in started_by(study, [run]):
            for task in pod:
                assert here.issuperset(task.needs)
            here.update(digests(pod))
        everything |= here
    assert everything == set(digests(tasks(study)))


@pytest.mark.parametrize("pack", [1, 2, 5])
def test_no_pod_trains_more_cells_than_the_pack_and_none_a_cell_less_than_it_could(pack: int) -> None:
    for run in items_of(fan_out(planned(MIXED), tasks(planned(MIXED)), pack)):
        for group in run["groups"]:
            sizes = [len(cells.split()) for cells in group["packs"]]
            assert max(sizes) <= pack
            assert sizes[:-1] == [pack] * (len(sizes) - 1)


def test_the_pods_are_counted_as_they_are_started() -> None:
    study = planned(MIXED)
    assert spread(study, tasks(study)).pods(2) == STAGES_ONCE + len(
        list(started(study, fan_out(study, tasks(study), 2)))
    )


def test_an_item_says_what_a_run_takes_and_classifiers_on_the_same_cells_share_a_group() -> None:
    study = planned(MIXED)
    items = items_of(fan_out(study, tasks(study), 2))
    assert items[0] == {
        "name": "joint seed 0",
        "generator": "joint",
        "seed": "0",
        "ratio": "",
        "classes": [""],
        "volumes": ["1", "2"],
        "assess": ["1"],
        "groups": [
            {"classifiers": ["cnn", "resnet18"], "packs": ["0:0 0:0:2", "0.5:0"]},
            {"classifiers": ["resnet50"], "packs": ["0.75:0 0.75:3"]},
        ],
    }
    assert items[-1] == {
        "name": "real",
        "generator": "",
        "seed": "",
        "ratio": "",
        "classes": [],
        "volumes": [],
        "assess": [],
        "groups": [{"classifiers": ["cnn", "resnet18"], "packs": ["0.1:0 0.1:3", "1:0 1:3"]}],
    }
    assert len({item["name"] for item in items}) == len(items)
    by_name = {(item["generator"], item["ratio"]): item for item in items}
    assert by_name["apart", ""]["classes"] == list(CLASSES)
    assert by_name["honest", "0.25"]["groups"] == [{"classifiers": ["cnn"], "packs": ["0.25:3"]}]
    assert (by_name["unused", ""]["assess"], by_name["unused", ""]["groups"]) == (["1"], [])


def test_a_folder_of_images_is_taken_in_by_each_of_its_runs_since_none_waits_for_another() -> None:
    study = planned(MIXED)
    theirs = [item for item in items_of(fan_out(study, tasks(study), 1)) if item["generator"] == "theirs"]
    assert [(item["seed"], item["classes"]) for item in theirs] == [("0", [""]), ("3", [""])]


def test_what_reads_no_evaluator_waits_for_none() -> None:
    lists = fan_out(planned(MIXED), tasks(planned(MIXED)), 1)
    assert json.loads(lists["evaluators.json"]) == ["judge", "features", "reader"]
    runs = {item["generator"] for item in json.loads(lists["runs.json"])}
    assert runs == {"joint", "apart", "honest", "unused", "theirs"}
    assert [item["name"] for item in json.loads(lists["alone.json"])] == ["real"]


def test_somebodys_own_images_wait_for_no_evaluator_where_they_are_not_assessed() -> None:
    study = planned(MIXED)
    found = spread(study, goals_at(study, "generate", {**NONE, "generator": "theirs"}))
    assert (found.evaluators, found.runs) == ((), ())
    assert [run.name for run in found.alone] == ["theirs seed 0"]


def test_a_study_without_a_generator_needs_no_evaluator() -> None:
    text = "name: real\ngrids: [{name: a, classifiers: [cnn], ratios: [1.0]}]"
    lists = fan_out(planned(text), tasks(planned(text)), 1)
    assert (lists["evaluators.json"], lists["runs.json"]) == ("[]", "[]")
    assert [item["name"] for item in json.loads(lists["alone.json"])] == ["real"]


def test_evaluators_that_are_set_alike_take_one_pod() -> None:
    text = f"{MIXED}evaluators: {{features: {{classifier: resnet50}}, reader: {{classifier: resnet50}}}}\n"
    lists = fan_out(planned(text), tasks(planned(text)), 1)
    assert json.loads(lists["evaluators.json"]) == ["judge", "features"]


BIG = """
name: big
generators: {cgan-48: {}}
grids:
  - {name: a, generators: [cgan-48], classifiers: CLASSIFIERS, ratios: RATIOS, MORE}
seeds: SEEDS
"""


def big(classifiers: int, ratios: int, seeds: int, more: str) -> PlannedStudy:
    names = ["cnn", "resnet18", "resnet50", *(f"timm:network_{number}" for number in range(classifiers - 3))]
    text = BIG.replace("CLASSIFIERS", json.dumps(names[:classifiers])).replace("MORE", more)
    text = text.replace("RATIOS", json.dumps([round(step / ratios, 4) for step in range(ratios)]))
    return planned(text.replace("SEEDS", str(list(range(seeds)))))


SHAPES = {
    "many classifiers": (10, 20, 50, "reuse_generator_seed: false"),
    "many seeds": (1, 10, 1000, "reuse_generator_seed: true"),
    "many ratios": (1, 1000, 10, "reuse_generator_seed: false"),
    "one generator": (1, 100, 100, "reuse_generator_seed: true"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_thousand_cells_stay_below_the_largest_parameter(shape: str) -> None:
    study = big(*SHAPES[shape])
    all_tasks = tasks(study)
    assert sum(task.cell is not None for task in all_tasks) == 10_000
    lists = fan_out(study, all_tasks, 20)
    size = max(len(text.encode()) for text in lists.values())
    largest = max(len(json.dumps(run)) for run in items_of(lists))
    count = spread(study, all_tasks).pods(20)
    print(f"{shape}: {size:,} bytes in {len(items_of(lists))} runs (largest {largest:,}), {count:,} pods")
    assert size < MOST_BYTES


def test_a_study_of_too_many_pods_is_told_the_smallest_pack_that_does() -> None:
    study = big(*SHAPES["one generator"])
    all_tasks = tasks(study)
    found = spread(study, all_tasks)
    with pytest.raises(RequestError, match=r"^--pack 1: study big takes 10,009 pods, more than .*; give --pack \d+ or"):
        fan_out(study, all_tasks, 1)
    least = next(pack for pack in range(1, 100) if found.pods(pack) <= MOST_PODS)
    with pytest.raises(RequestError, match=f"; give --pack {least} or more$"):
        fan_out(study, all_tasks, least - 1)
    assert fan_out(study, all_tasks, least)


@pytest.mark.parametrize("seeds", [MOST_PODS, MOST_PODS // 4])
def test_a_study_that_no_pack_helps_is_told_to_split(seeds: int) -> None:
    study = big(1, 1, seeds, "reuse_generator_seed: false")
    with pytest.raises(RequestError, match="however many cells share a pod; split its generators and seeds"):
        fan_out(study, tasks(study), 1)


JUDGE = "train-evaluator judge"
OTHERS = ["train-evaluator features", "train-evaluator reader"]
NONE = dict.fromkeys(("evaluator", "generator", "classifier", "ratio", "volume", "seed"))


@pytest.mark.parametrize(
    ("stage", "given", "expected"),
    [
        ("prepare", {}, []),
        ("plan", {}, []),
        ("report", {}, []),
        ("train-evaluator", {}, [JUDGE]),
        ("train-evaluator", {"evaluator": "judge"}, [JUDGE]),
        ("train-gan", {"generator": "honest", "ratio": 0.25, "seed": 3}, [JUDGE, "train-gan honest"]),
        ("train-gan", {"generator": "theirs"}, ["train-gan theirs"]),
        ("generate", {"generator": "joint", "volume": 2}, [JUDGE, "train-gan joint", "generate joint 2"]),
        ("generate", {"generator": "apart"}, [JUDGE] + ["train-gan apart"] * 7 + ["generate apart"]),
        ("assess", {}, [JUDGE, *OTHERS, "train-gan joint", "generate joint", "assess joint"]),
        ("train", {}, [JUDGE, "train-gan joint", "generate joint", "train joint"]),
        (
            "train",
            {"ratio": 0.5, "seed": 3, "generator": "theirs"},
            ["train-gan theirs", "generate theirs", "train theirs"],
        ),
        ("train", {"ratio": 1.0}, ["train"]),
        ("train", {"generator": "-"}, ["train"]),
        ("train", {"volume": 2}, [JUDGE, "train-gan joint", "generate joint", "generate joint 2", "train joint 2"]),
    ],
)
def test_one_task_brings_what_it_needs_and_nothing_else(
    stage: str, given: dict[str, object], expected: list[str]
) -> None:
    study = planned(MIXED)
    goals = goals_at(study, stage, {**NONE, **given})  # type: ignore[arg-type]
    made = [task for pod in started(study, fan_out(study, goals, 1)) for task in pod]
    shown = [
        " ".join(
            [
                task.stage,
                *(task.coordinates[flag] for flag in ("evaluator", "generator", "volume") if flag in task.coordinates),
            ]
        )
        for task in made
    ]
    assert shown == expected
    for flag, value in given.items():
        if value != "-":
            shown_value = made[-1].coordinates[flag]
            assert shown_value == value or float(shown_value) == value
    for earlier, later in pairwise(made):
        assert earlier.digest != later.digest


def test_the_networks_of_a_generator_are_one_goal() -> None:
    study = planned(MIXED)
    found = spread(study, goals_at(study, "train-gan", {**NONE, "generator": "apart"}))
    (run,) = found.runs
    assert (found.evaluators, found.alone) == (("judge",), ())
    assert (run.classes, run.volumes, run.assess, run.groups) == (CLASSES, (), (), ())


@pytest.mark.parametrize(
    ("stage", "given", "expected"),
    [
        ("train", {"classifier": "resnet5"}, "--classifier resnet5: not in study mixed here; did you mean resnet50?"),
        ("train", {"generator": "jiont"}, "--generator jiont: not in study mixed here; did you mean joint?"),
        ("train", {"ratio": 0.3}, "--ratio 0.3: not in study mixed here; "),
        ("generate", {"classifier": "cnn"}, "--classifier cnn: generate takes none here; leave --classifier out"),
        (
            "train-gan",
            {"generator": "joint", "ratio": 0.1},
            "--ratio 0.1: train-gan takes none here; leave --ratio out",
        ),
        ("train-evaluator", {"evaluator": "jugde"}, "--evaluator jugde: not in study mixed here; did you mean judge?"),
        (
            "train-evaluator",
            {"generator": "-"},
            "--generator -: train-evaluator takes none here; leave --generator out",
        ),
        ("report", {"seed": 0}, "--seed 0: report is done once for the whole study; leave --seed out"),
    ],
)
def test_wrong_coordinates_are_answered_with_what_would_be_right(
    stage: str, given: dict[str, object], expected: str
) -> None:
    with pytest.raises(RequestError) as error:
        goals_at(planned(MIXED), stage, {**NONE, **given})  # type: ignore[arg-type]
    assert str(error.value).startswith(expected)
