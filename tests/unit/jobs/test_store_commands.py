"""What the commands around a store answer: status, show, export, check and models."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from fer.classifiers.registry import CLASSIFIERS
from fer.data.source import read_source
from fer.store import Store
from fer.study import DrawnSpec
from tests.commands import Fer
from tests.study.test_stages_plan import write_faces

STUDY = """
name: mine
data: {source: drawn, drawn: {train: 70, validation: 35, test: 35}}
grids: [{name: main, classifiers: [cnn], ratios: [1.0]}]
"""


def test_a_planned_study_is_to_do(fer: Fer, store: Store) -> None:
    told = fer("status", "--store", store.uri)
    assert told.output.splitlines() == ["study mine on drawn", "  train: 1 to do of 1"]


def test_a_running_task_is_told_with_its_process_and_since_when(fer: Fer, store: Store) -> None:
    (study,) = fer("status", "--store", store.uri, "--json").json()["studies"]
    (task,) = study["tasks"]
    with store.claimed(task["digest"], "train a cell"):
        text = fer("status", "mine", "--store", store.uri).output
    assert "running: train classifier=cnn ratio=1 seed=0: by process " in text
    assert " since 20" in text


def test_an_empty_store_has_no_studies(fer: Fer, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no study is planned" in fer("status", "--store", tmp_path / "empty").output
    assert fer("status", "--store", tmp_path / "empty", "--json").json() == {"studies": []}


@pytest.mark.parametrize("command", [("status",), ("status", "mine"), ("show",), ("show", "cell"), ("store", "check")])
def test_a_store_that_does_not_exist_is_refused_by_whoever_only_reads(
    fer: Fer, tmp_path: Path, command: tuple[str, ...]
) -> None:
    refusal = fer(*command, "--store", tmp_path / "nowhere").refusal
    assert refusal == f"there is no store at {tmp_path / 'nowhere'}; give --store, or set FER_STORE"
    assert not (tmp_path / "nowhere").exists()


def test_the_status_of_a_store_goes_by_its_plans_and_not_by_files_of_the_same_name(
    fer: Fer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text("no study at all")
    assert fer("status", "--store", store.uri).output.startswith("study mine on drawn\n")


def test_a_study_that_cannot_be_read_is_one_line_of_the_status_beside_the_others(fer: Fer, store: Store) -> None:
    (ref,) = (info.key for info in store.objects.list("refs/studies/mine/"))
    gone = json.loads(store.objects.read(ref)) | {"plan": "0" * 40}
    store.write_ref("studies/gone/1", gone)
    store.objects.write("refs/studies/odd/1.json", b"{")
    told = fer("status", "--store", store.uri)
    assert told.status == 0
    first, second, third = told.output.strip().split("\n\n")
    assert first.startswith("study gone cannot be read: the plan of study gone is gone; run: fer plan --study gone ")
    assert second == "study mine on drawn\n  train: 1 to do of 1"
    assert third.startswith("study odd cannot be read: refs/studies/odd/1.json in ")
    shown = fer("status", "--store", store.uri, "--json").json()["studies"]
    assert [(study["study"], "unreadable" in study) for study in shown] == [
        ("gone", True),
        ("mine", False),
        ("odd", True),
    ]


def only_ref(store: Store, kind: str) -> str:
    (key,) = (info.key for info in store.objects.list(f"refs/{kind}/"))
    return key


@pytest.mark.parametrize("content", [b"{}", b"[]", b"", b'{"plan": 1, "source": null, "when": ""}'])
def test_a_broken_plan_ref_is_one_line_and_planning_again_mends_it(
    fer: Fer, study: Path, store: Store, content: bytes
) -> None:
    key = only_ref(store, "studies")
    store.objects.write(key, content)
    where = ("--store", store.uri)
    for command in (("report", "--study", study), ("status", "mine"), ("show", "mine"), ("show",)):
        refusal = fer(*command, *where).refusal
        assert refusal.startswith(f"{key} in {store.uri} ")
        assert refusal.endswith("; remove it, or plan the study again, from its file and source (fer plan)")
    assert fer("plan", "--study", "mine", *where).refusal.startswith(f"{key} in {store.uri} ")
    assert f"study mine cannot be read: {key} in {store.uri} " in fer("status", *where).output

    assert fer("plan", "--study", study, *where).status == 0
    assert fer("status", "mine", *where).status == 0


def test_a_plan_of_another_version_is_one_line_and_planning_from_the_file_mends_it(
    fer: Fer, study: Path, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    for name, text in (("study.yaml", study.read_text()), ("study.json", '{"planned": "otherwise"}')):
        (tmp_path / "old" / name).write_text(text)
    store.publish("plan", {}, "0" * 40, tmp_path / "old", wall_seconds=1.0, device_seconds=1.0, device="cpu")
    key = only_ref(store, "studies")
    store.objects.write(key, json.dumps({**json.loads(store.objects.read(key)), "plan": "0" * 40}).encode())
    where = ("--store", store.uri)
    said = "study mine was planned by another version of this program; "
    assert fer("plan", "--study", "mine", *where).refusal == f"{said}plan it from its file"
    assert fer("report", "--study", "mine", *where).refusal.startswith(f"{said}run: fer plan --study mine")
    assert fer("plan", "--study", study, *where).status == 0
    assert fer("status", "mine", *where).status == 0


def test_a_broken_plan_ref_for_another_source_does_not_keep_a_study_from_being_planned(
    fer: Fer, study: Path, store: Store
) -> None:
    store.objects.write("refs/studies/mine/0.json", b"{}")
    store.objects.delete(next(info.key for info in store.objects.list("refs/studies/mine/") if "/0." not in info.key))
    assert fer("plan", "--study", study, "--store", store.uri).status == 0


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"dataset": 1}'])
def test_a_broken_ref_to_a_data_set_is_one_line_and_preparing_again_mends_it(
    fer: Fer, study: Path, store: Store, content: bytes
) -> None:
    key = only_ref(store, "sources")
    store.objects.write(key, content)
    plan = ("plan", "--study", study, "--store", store.uri)
    refusal = fer(*plan).refusal
    assert refusal.startswith(f"{key} in {store.uri} ")
    assert refusal.endswith("; remove it, or prepare the source again (fer prepare)")
    assert fer("prepare", "--study", study, "--store", store.uri).status == 0
    assert fer(*plan).status == 0


def test_a_broken_ref_to_a_report_is_written_anew_with_the_report(fer: Fer, study: Path, store: Store) -> None:
    report = ("report", "--study", study, "--store", store.uri)
    assert fer(*report).status == 0
    key = only_ref(store, "reports")
    before = json.loads(store.objects.read(key))
    store.objects.write(key, b"[]")
    assert fer(*report).status == 0
    assert json.loads(store.objects.read(key))["report"] == before["report"]


def test_a_file_managers_file_among_the_refs_is_no_study(fer: Fer, store: Store) -> None:
    store.objects.delete(only_ref(store, "studies"))
    for name in (".DS_Store", "mine/.DS_Store"):
        store.objects.write(f"refs/studies/{name}", b"")
    assert fer("show", "--store", store.uri, "--json").json()["studies"] == {}
    assert "neither built in, nor a file, nor planned" in fer("plan", "--study", "mine", "--store", store.uri).refusal


def test_the_command_that_an_export_names_works_as_printed(fer: Fer, store: Store, tmp_path: Path) -> None:
    write_faces(tmp_path / "my faces", per_class=20)
    export = ("export", "dataset", "--source", tmp_path / "my faces", "--store", store.uri, "--to", tmp_path / "out")
    command = shlex.split(fer(*export).refusal.partition("run: ")[2])
    assert command[0] == "fer"
    assert fer(*command[1:]).status == 0
    assert fer(*export).status == 0


def test_show_counts_artifacts_by_kind_and_names_planned_studies(fer: Fer, store: Store) -> None:
    shown = fer("show", "--store", store.uri, "--json").json()
    assert {kind: entry["artifacts"] for kind, entry in shown["kinds"].items()} == {"dataset": 1, "plan": 1}
    assert shown["studies"] == {"mine": ["drawn"]}
    assert "study mine on drawn" in fer("show", "--store", store.uri).output


def test_show_and_status_know_the_same_studies(fer: Fer, study: Path, store: Store) -> None:
    [(_, plan)] = store.artifacts("plan/")
    unlike_yaml = study.rename(study.with_suffix(".txt"))
    for what in ("mine", f"mine@{plan[:12]}", str(unlike_yaml)):
        for command in ("status", "show"):
            told = fer(command, what, "--source", "drawn", "--store", store.uri)
            assert (told.status, told.output.splitlines()[0]) == (0, "study mine on drawn")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("cel", "cel: neither a kind of artifact nor a study that is a file or planned in {store}; did you mean cell?"),
        (
            "dataset/zz",
            "dataset/zz: names no single artifact in {store}; list them with: fer show dataset --store {store}",
        ),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(fer: Fer, store: Store, what: str, expected: str) -> None:
    assert fer("show", what, "--store", store.uri).refusal == expected.format(store=store.uri)


@pytest.mark.parametrize(("format_name", "target"), [("folders", "faces"), ("csv", "faces.csv")])
def test_an_exported_data_set_is_read_back_with_the_same_images(
    fer: Fer, store: Store, study: Path, tmp_path: Path, format_name: str, target: str
) -> None:
    path = tmp_path / target
    told = fer("export", "dataset", "--study", study, "--store", store.uri, "--as", format_name, "--to", path)
    assert told.output == f"140 images in {path}\n"
    back = read_source(str(path), tmp_path / "scratch", DrawnSpec())
    drawn = read_source("drawn", tmp_path / "scratch", DrawnSpec(train=70, validation=35, test=35))
    for name, split in drawn.splits.items():
        mine = back.splits[name]
        assert sorted(image.tobytes() for image in mine.images) == sorted(image.tobytes() for image in split.images)
        assert np.array_equal(np.bincount(mine.labels), np.bincount(split.labels))


def test_a_sound_store_passes_the_check(fer: Fer, store: Store) -> None:
    told = fer("store", "check", "--store", store.uri)
    assert (told.status, told.output) == (0, f"2 artifacts in {store.uri}, all as they were published\n")


def test_the_check_names_every_broken_file_and_can_set_its_artifact_aside(fer: Fer, store: Store) -> None:
    kind, digest = next(iter(store.artifacts("dataset/")))
    manifest = store.manifest(kind, digest)
    assert manifest is not None
    key = f"{manifest.folder}/dataset.npz"
    store.objects.write(key, store.objects.read(key)[:-1])
    told = fer("store", "check", "--store", store.uri)
    assert told.status == 2
    assert told.output.splitlines()[0].startswith(f"{key} in {store.uri} has ")
    assert store.exists(kind, digest)
    assert fer("store", "check", "--store", store.uri, "--set-aside").status == 2
    assert not store.exists(kind, digest)
    assert fer("store", "check", "--store", store.uri).status == 0


def test_the_check_names_refs_claims_and_outcomes_that_cannot_be_read(fer: Fer, store: Store) -> None:
    refs = {info.key for info in store.objects.list("refs/")}
    broken = {*refs, "claims/d/1.json", "outcomes/d/1.json"}
    for key in (*broken, "claims/d/.DS_Store", "refs/.DS_Store"):
        store.objects.write(key, b"{}")
    told = fer("store", "check", "--store", store.uri)
    assert told.status == 2
    *lines, count, _ = told.output.splitlines()
    assert {line.partition(" in ")[0] for line in lines} == broken
    assert count == f"2 artifacts in {store.uri}, all as they were published"
    for key in broken:
        store.objects.delete(key)
    assert fer("store", "check", "--store", store.uri).status == 0


def test_models_lists_every_classifier_with_its_millions_of_parameters(fer: Fer) -> None:
    classifiers = fer("models", "--json").json()["classifiers"]
    assert classifiers == {name: {"parameters_millions": entry.parameters} for name, entry in CLASSIFIERS.items()}
    text = fer("models").output
    assert all(name in text for name in CLASSIFIERS)
