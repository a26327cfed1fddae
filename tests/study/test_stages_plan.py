"""Preparing and planning: what is pinned, what is shown, and which requests are refused."""

import json
import os
import shutil
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.plan import tasks
from fer.runtime.signals import StopFlag
from fer.store import open_store
from jobs.context import Request, open_context
from jobs.run import pinned
from tests.commands import Fer
from tests.study.conftest import QUICK


def write_faces(folder: Path, per_class: int = 6, seed: int = 0) -> Path:
    """Class folders of noise, split by the reader."""
    random = np.random.default_rng(seed)
    for name in ("happy", "sad"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(per_class):
            pixels = random.integers(0, 256, (48, 48), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{index}.png")
    return folder


def test_prepare_prints_the_audit(fer: Fer, tmp_path: Path) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    shown = fer("prepare", "--source", faces, "--store", tmp_path / "store")
    assert shown.status == 0
    assert "happy" in shown.output
    assert "test images are leak-free" in shown.output


def test_an_unchanged_source_is_not_read_again_and_a_changed_one_is(fer: Fer, tmp_path: Path) -> None:
    faces, store = write_faces(tmp_path / "faces", per_class=20), tmp_path / "store"
    first = fer("prepare", "--source", faces, "--store", store, "--json").json()
    shutil.copytree(faces, tmp_path / "elsewhere")
    same = fer("prepare", "--source", tmp_path / "elsewhere", "--store", store, "--json").json()
    assert (first["made"], same["made"], same["dataset"]) == (True, False, first["dataset"])
    write_faces(faces, per_class=21, seed=1)
    changed = fer("prepare", "--source", faces, "--store", store, "--json").json()
    assert changed["made"]
    assert changed["dataset"] != first["dataset"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_source_that_has_changed_is_not_planned_until_it_is_prepared_again(
    fer: Fer, quick: Path, tmp_path: Path, packed: bool
) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    source = tmp_path / "faces.zip" if packed else faces

    def pack() -> None:
        shutil.make_archive(str(tmp_path / "faces"), "zip", faces)

    pack()
    where = ("--study", quick, "--store", tmp_path / "store", "--source", source)
    assert fer("prepare", *where).status == 0
    before = fer("plan", *where, "--json").json()["dataset"]
    for image in (faces / "sad").glob("1*.png"):
        image.unlink()
    pack()
    prepare = f"fer prepare {' '.join(map(str, where))}"
    for command in (("plan",), ("plan", "--dry-run"), ("fan-out", "--to", tmp_path / "lists")):
        assert fer(*command, *where).refusal == f"{source} has changed since it was prepared; run: {prepare}"
    assert fer("prepare", *where).status == 0
    assert fer("plan", *where, "--json").json()["dataset"] != before


def test_a_whole_run_reads_a_changed_source_anew(quick: Path, tmp_path: Path) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    request = Request(str(quick), str(tmp_path / "store"), str(faces))
    before = pinned(request, StopFlag()).planned.dataset
    write_faces(faces, per_class=21)
    assert pinned(request, StopFlag()).planned.dataset != before


def test_a_source_that_is_gone_leaves_what_was_prepared(fer: Fer, quick: Path, tmp_path: Path) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    where = ("--study", quick, "--store", tmp_path / "store", "--source", faces)
    prepared = fer("prepare", *where, "--json").json()["dataset"]
    shutil.rmtree(faces)
    assert fer("plan", *where, "--json").json()["dataset"] == prepared


def test_json_is_exactly_one_object(fer: Fer, quick: Path, tmp_path: Path) -> None:
    where = ("--study", quick, "--store", tmp_path / "store")
    prepared = fer("prepare", *where, "--json").json()
    planned = fer("plan", *where, "--json").json()
    assert planned["dataset"] == prepared["dataset"]
    assert (planned["cells"], planned["exist"], planned["to_make"]) == (4, 0, 9)


def test_the_table_says_what_runs_what_failed_and_how_long_the_rest_may_take(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    where, store = ("--study", quick, "--store", planned_store), open_store(str(planned_store))
    cells = [task for task in fer("plan", *where, "--json").json()["tasks"] if task["stage"] == "train"]
    planned = tasks(open_context(Request(str(quick), store.uri)).planned)
    scratch = planned_store.parent / "scratch"
    scratch.mkdir()
    (scratch / "cell.json").write_text("{}")
    recipe = next(task.recipe.model_dump(mode="json") for task in planned if task.digest == cells[0]["digest"])
    seconds = {"wall_seconds": 90.0, "device_seconds": 90.0, "device": "cpu"}
    store.publish("cell", recipe, cells[0]["digest"], scratch, **seconds)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError), store.claimed(cells[1]["digest"], "a cell"):
        raise ZeroDivisionError("no memory")
    with store.claimed(cells[2]["digest"], "a cell"):
        lines = fer("plan", *where).output.splitlines()
    rows = [line.split() for line in lines[2:6]]
    assert [row[:6] for row in rows] == [
        ["cgan-48", "cnn", "0", "1", "0", "real"],
        ["cgan-48", "cnn", "0.5", "1", "0", "real"],
        ["-", "cnn", "0.5", "1", "0", "real"],
        ["-", "cnn", "1", "1", "0", "real"],
    ]
    assert [row[6:12] for row in rows[:2]] + [row[6:9] for row in rows[2:]] == [
        ["exists"],
        ["2", "min", "failed:", "ZeroDivisionError:", "no", "memory"],
        ["2", "min", "running:"],
        ["2", "min", "to"],
    ]
    assert lines[-2] == "train: 1 exists, 1 failed, 1 running, 1 to make of 4"
    assert lines[-1] == "expected time, one task after another: 4 min, and 5 tasks of unknown length"


def test_a_study_that_has_changed_is_refused_until_it_is_planned_again(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "quick.yaml"
    changed.write_text(QUICK.replace("\ntraining: {", "\ntraining: {learning_rate: 0.5, "))
    where = ("--study", changed, "--store", planned_store)
    generate = ("generate", *where, "--generator", "cgan-48", "--seed", "0")
    refusal = fer(*generate).refusal
    assert refusal == f"study {changed} has changed since it was planned; run: fer plan {' '.join(map(str, where))}"
    assert fer("plan", *where).status == 0
    assert "its input gan is missing" in fer(*generate).refusal


def test_a_changed_learning_rate_changes_the_cells_and_nothing_else(
    fer: Fer, quick: Path, planned_store: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "quick.yaml"
    changed.write_text(QUICK.replace("\ntraining: {", "\ntraining: {learning_rate: 0.5, "))
    before, after = (
        {
            (task["stage"], task["digest"])
            for task in fer("plan", "--study", s, "--store", planned_store, "--json").json()["tasks"]
        }
        for s in (quick, changed)
    )
    assert {stage for stage, _ in before & after} == {"train-evaluator", "train-gan", "generate", "assess"}
    assert {stage for stage, _ in before ^ after} == {"train"}


def test_a_planned_study_goes_by_its_name(fer: Fer, planned_store: Path) -> None:
    arguments = ("--store", planned_store, "--classifier", "cnn", "--ratio", "1", "--seed", "0", "--dry-run")
    assert fer("train", "--study", "quick", *arguments).json()["recipe"]["stage"] == "train"
    refusal = fer("train", "--study", "quik", *arguments).refusal
    assert refusal.endswith("neither built in, nor a file, nor planned in " + f"{planned_store}; did you mean quick?")


def test_a_study_on_several_sources_asks_for_one(fer: Fer, planned_store: Path, tmp_path: Path) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    assert fer("prepare", "--source", faces, "--store", planned_store).status == 0
    assert fer("plan", "--study", "quick", "--source", faces, "--store", planned_store).status == 0  # by its name
    cell = ("--classifier", "cnn", "--ratio", "1", "--seed", "0", "--dry-run")
    refusal = fer("train", "--study", "quick", "--store", planned_store, *cell).refusal
    assert refusal == f"study quick is planned for several sources; give --source, one of: {faces}, drawn"
    digests = {
        fer("train", "--study", "quick", "--source", source, "--store", planned_store, *cell).json()["digest"]
        for source in (faces, "drawn")
    }
    assert len(digests) == 2


def test_the_only_planned_source_is_taken_where_a_study_names_none(fer: Fer, tmp_path: Path) -> None:
    where, faces = ("--study", "cpu", "--store", tmp_path / "store"), write_faces(tmp_path / "faces", per_class=20)
    for command in ("prepare", "plan"):
        assert fer(command, *where, "--source", faces).status == 0
    for command in ("prepare", "plan"):
        assert fer(command, *where, "--json").json()["source"] == str(faces)
    others = write_faces(tmp_path / "others", per_class=20, seed=1)
    for command in ("prepare", "plan"):
        assert fer(command, *where, "--source", others).status == 0
        expected = f"planned for several sources; give --source, one of: {faces}, {others}"
        assert command == "prepare" or fer(command, *where).refusal.endswith(expected)


def test_planning_again_without_a_change_writes_nothing(fer: Fer, quick: Path, planned_store: Path) -> None:
    def refs() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (planned_store / "refs" / "studies").rglob("*.json")}

    before = refs()
    assert fer("plan", "--study", quick, "--store", planned_store).status == 0
    assert refs() == before


def test_a_source_that_changes_while_it_is_read_is_not_published(fer: Fer, tmp_path: Path) -> None:
    faces, store, over = write_faces(tmp_path / "faces", per_class=200), tmp_path / "store", threading.Event()

    def keep_changing() -> None:
        random = np.random.default_rng()
        while not over.is_set():
            Image.fromarray(random.integers(0, 256, (48, 48), dtype=np.uint8)).save(tmp_path / "next.png")
            (tmp_path / "next.png").replace(faces / "sad" / "0.png")

    writer = threading.Thread(target=keep_changing)
    writer.start()
    try:
        ended = fer("prepare", "--source", faces, "--store", store)
    finally:
        over.set()
        writer.join()
    assert ended.status == 75
    assert ended.messages == [f"{faces} has changed while it was read; prepare it again once nobody writes to it"]
    assert list(open_store(str(store)).artifacts()) == []
    assert list(open_store(str(store)).objects.list("refs/")) == []


def test_what_was_not_done_before_is_named(fer: Fer, quick: Path, tmp_path: Path) -> None:
    where = ("--study", str(quick), "--store", str(tmp_path / "store"))
    assert fer("plan", *where).refusal.endswith(f"run: fer prepare {' '.join(where)}")
    assert fer("prepare", *where).status == 0
    assert fer("report", *where).refusal.endswith(f"run: fer plan {' '.join(where)}")


@pytest.mark.slow
def test_images_of_ones_own_are_pinned_by_their_content(fer: Fer, tmp_path: Path) -> None:
    own, faces = write_faces(tmp_path / "own", seed=2), write_faces(tmp_path / "faces", per_class=20)
    study = tmp_path / "own.yaml"
    study.write_text(f"name: own\ngenerators:\n  mine: {{model: 'folder:{own}'}}\n")
    where = ("--study", study, "--source", faces, "--store", tmp_path / "store")
    assert fer("prepare", *where).status == 0
    assert fer("plan", *where).status == 0
    write_faces(own, seed=3)
    network = ("train-gan", *where, "--generator", "mine", "--seed", "0")
    assert fer(*network).refusal.startswith(f"{own} has changed since study own was planned")
    assert fer("plan", *where).status == 0
    assert fer(*network).status == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [", "not YAML"),
        ("name: mine\n", "neither generators nor grids"),
        ("name: mine\ngeneratos: {}\n", "generatos: unknown key; did you mean generators?"),
        (
            QUICK.replace("options: {batch_size: 16}", "options: {batch_sise: 16}"),
            "generators.cgan-48.options.batch_sise: unknown key; did you mean batch_size?",
        ),
        (
            QUICK.replace("[cnn]", '["timm:resnet10tt"]'),
            "classifier timm:resnet10tt: timm has no such network; did you mean timm:resnet10t?",
        ),
    ],
)
def test_a_wrong_study_is_refused_by_the_place_that_is_wrong(
    fer: Fer, planned_store: Path, tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    assert expected in fer("plan", "--study", tmp_path / "mine.yaml", "--store", planned_store).refusal


def test_a_wrong_store_or_source_is_refused(fer: Fer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file" in fer("prepare", "--source", "drawn", "--store", tmp_path / "file").refusal
    assert "nowhere" in fer("prepare", "--source", tmp_path / "nowhere", "--store", tmp_path / "store").refusal
    for odd in ("~nosuch/x", "x" * 300):
        assert "give another path" in fer("prepare", "--source", odd, "--store", tmp_path / "store").refusal
        assert "give another path" in fer("prepare", "--source", "drawn", "--store", odd).refusal
        assert "give another path" in fer("plan", "--study", odd, "--store", tmp_path / "store").refusal
    unwritable = write_faces(tmp_path / os.fsdecode(b"caf\xe9"))
    refusal = fer("prepare", "--source", unwritable, "--store", tmp_path / "store").refusal
    assert refusal == f"{str(unwritable)!r}: is a path that is not in UTF-8; rename it to UTF-8"
    assert "give --source" in fer("prepare", "--store", tmp_path / "store").refusal
    assert "give --source" in fer("prepare", "--study", "cpu", "--store", tmp_path / "store").refusal


def test_a_generator_that_does_not_exist_yet_is_planned_and_says_so_when_it_is_to_be_trained(
    fer: Fer, tmp_path: Path
) -> None:
    faces = write_faces(tmp_path / "faces", per_class=20)
    where = ("--study", "paper-plus", "--source", faces, "--store", tmp_path / "store")
    assert fer("prepare", *where).status == 0
    planned = fer("plan", *where, "--json").json()
    assert planned["cells"] == 795
    assert Counter(task["state"] for task in planned["tasks"] if task["stage"] == "train") == {
        "to make": 795 - 140,
        "not in this version": 140,  # seven classifiers at four ratios and five seeds
    }
    refusal = fer("train-gan", *where, "--generator", "flow-48", "--seed", "0").refusal
    assert "does not exist yet" in refusal


PARTLY = QUICK.replace("cgan-48: {", "mine: {model: flow-48}\n  cgan-48: {").replace("[cgan-48]", "[cgan-48, mine]")
"""The quick study with a generator more, which does not exist yet."""


def test_the_plan_says_what_cannot_be_made_in_this_version(fer: Fer, planned_store: Path, tmp_path: Path) -> None:
    (tmp_path / "partly.yaml").write_text(PARTLY.replace("name: quick", "name: partly"))
    where = ("--study", tmp_path / "partly.yaml", "--store", planned_store)
    lines = fer("plan", *where).output.splitlines()
    ends = {tuple(row[:3]): " ".join(row[6:]) for row in (line.split() for line in lines[2:8])}
    assert ends["mine", "cnn", "0"] == ends["mine", "cnn", "0.5"] == "needs flow-48, not in this version"
    assert ends["cgan-48", "cnn", "0"] == ends["-", "cnn", "1"] == "? to make"
    assert "train-gan: 1 not in this version, 1 to make of 2" in lines
    assert "assess: 1 not in this version, 1 to make of 2" in lines
    assert [line for line in lines if line.startswith("train: ")] == ["train: 4 to make, 2 not in this version of 6"]

    planned = fer("plan", *where, "--json").json()
    assert (planned["exist"], planned["to_make"], planned["not_in_this_version"]) == (0, 9, 5)
    assert planned["tasks_without_estimate"] == 9
    cannot = [task for task in planned["tasks"] if task["state"] == "not in this version"]
    assert [task["stage"] for task in cannot] == ["train-gan", "generate", "assess", "train", "train"]
    assert {task["coordinates"]["generator"] for task in cannot} == {"mine"}
    assert {(task["reason"], task["expected_seconds"]) for task in cannot} == {("needs flow-48", None)}


def test_a_plan_of_which_nothing_can_be_made_does_not_say_that_everything_exists(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    data = QUICK.partition("generators:")[0].replace("name: quick", "name: none")
    evaluators = f"evaluators:{QUICK.partition('evaluators:')[2]}"
    (tmp_path / "none.yaml").write_text(f"{data}generators: {{flow-48: {{}}}}\n{evaluators}")
    where = ("--study", tmp_path / "none.yaml", "--store", planned_store)
    assert fer("plan", *where).status == 0
    for role in ("judge", "features"):
        assert fer("train-evaluator", *where, "--evaluator", role).status == 0
    lines = fer("plan", *where).output.splitlines()
    assert lines[-2:] == [
        "not in this version: flow-48, so that what needs them cannot be made",
        "nothing else is to be made",
    ]


def test_what_somebody_else_made_with_a_generator_that_is_not_here_can_be_used(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "partly.yaml").write_text(PARTLY.replace("name: quick", "name: partly"))
    where, store = ("--study", tmp_path / "partly.yaml", "--store", planned_store), open_store(str(planned_store))
    assert fer("plan", *where).status == 0
    planned = tasks(open_context(Request("partly", store.uri)).planned)
    (samples,) = (t for t in planned if t.stage == "generate" and t.coordinates["generator"] == "mine")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "samples.npz").write_bytes(b"")
    seconds = {"wall_seconds": 90.0, "device_seconds": 90.0, "device": "cpu"}
    recipe = samples.recipe.model_dump(mode="json")
    store.publish("synthetic", recipe, samples.digest, tmp_path / "samples", **seconds)  # type: ignore[arg-type]
    states = {
        (task["stage"], task["state"])
        for task in fer("plan", *where, "--json").json()["tasks"]
        if task["coordinates"].get("generator") == "mine"
    }
    assert states == {
        ("train-gan", "not in this version"),
        ("generate", "exists"),
        ("assess", "to make"),
        ("train", "to make"),
    }


def test_ten_thousand_cells_are_planned_in_seconds_and_the_table_is_cut(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    ratios = [round(0.01 * step, 2) for step in range(100)]
    text = QUICK.replace("[0.0, 0.5, 1.0]", json.dumps(ratios)).replace("name: quick", "name: big")
    (tmp_path / "big.yaml").write_text(f"{text}\nseeds: {list(range(100))}\n")
    shown = fer("plan", "--study", tmp_path / "big.yaml", "--store", planned_store).output.splitlines()
    assert "... and 9,900 more cells; --all lists them" in shown
    assert "train: 10,100 to make of 10,100" in shown
    assert len(shown) < 220
