"""Fanning a study out: the files for a workflow, flags that a workflow leaves empty, several cells in one go."""

import json
from pathlib import Path

import pytest

from fer.store import open_store
from jobs.sources import planned_names
from tests.commands import Fer

TIME = "2026-11-25T06:00:00Z"


def read(folder: Path) -> tuple[str, str, list[dict[str, object]]]:
    """The study's name, its source, and the generator runs with what follows from each, real images alone last."""
    runs = [run for name in ("runs.json", "alone.json") for run in json.loads((folder / name).read_text())]
    name, _, _ = (folder / "study").read_text().partition("@")
    return name, (folder / "source").read_text(), runs


def evaluators(folder: Path) -> list[str]:
    roles: list[str] = json.loads((folder / "evaluators.json").read_text())
    return roles


def test_a_study_is_planned_and_its_fan_out_written(fer: Fer, quick: Path, planned_store: Path, tmp_path: Path) -> None:
    where = ("--study", quick, "--store", planned_store)
    assert fer("fan-out", *where, "--pack", "2", "--to", tmp_path / "new" / "folder").status == 0
    assert read(tmp_path / "new" / "folder") == (
        "quick",
        "drawn",
        [
            {
                "name": "cgan-48 seed 0",
                "generator": "cgan-48",
                "seed": "0",
                "ratio": "",
                "classes": [""],
                "volumes": ["1"],
                "assess": ["1"],
                "groups": [{"classifiers": ["cnn"], "packs": ["0:0 0.5:0"]}],
            },
            {
                "name": "real",
                "generator": "",
                "seed": "",
                "ratio": "",
                "classes": [],
                "volumes": [],
                "assess": [],
                "groups": [{"classifiers": ["cnn"], "packs": ["0.5:0 1:0"]}],
            },
        ],
    )


def test_later_pods_follow_the_plan_that_was_fanned_out_whatever_is_planned_meanwhile(
    fer: Fer, quick: Path, planned_store: Path, tmp_path: Path
) -> None:
    store = ("--store", planned_store)
    cell = ("--source", "drawn", "--classifier", "cnn", "--ratio", "1", "--seed", "0", "--dry-run")
    assert fer("fan-out", "--study", quick, *store, "--to", tmp_path).status == 0
    this_plan = (tmp_path / "study").read_text()
    before = fer("train", "--study", this_plan, *store, *cell).json()["digest"]
    edited = tmp_path / "quick.yaml"
    edited.write_text(quick.read_text().replace("train: {epochs: 2", "train: {epochs: 3"))
    assert fer("plan", "--study", edited, *store).status == 0
    assert fer("train", "--study", "quick", *store, *cell).json()["digest"] != before
    assert fer("train", "--study", this_plan, *store, *cell).json()["digest"] == before
    assert (
        fer("plan", "--study", this_plan, *store, "--source", "drawn", "--json")
        .json()["plan"]
        .startswith(this_plan.partition("@")[2])
    )
    assert fer("train", "--study", "quick", *store, *cell).json()["digest"] == before, "it is planned again"


def test_a_plan_that_is_not_there_and_one_without_its_source_are_refused(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    cell = ("--store", planned_store, "--classifier", "cnn", "--ratio", "1", "--seed", "0")
    said = fer("train", "--study", "quick@0123456789ab", "--source", "drawn", *cell).refusal
    assert "study quick@0123456789ab" in said
    assert "holds 0 plans that begin so" in said
    assert fer("fan-out", "--study", "quick", "--store", planned_store, "--to", tmp_path).status == 0
    assert "give the --source" in fer("train", "--study", (tmp_path / "study").read_text(), *cell).refusal


def test_generators_wait_for_the_evaluators_and_real_images_alone_do_not(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    assert fer("fan-out", "--study", "quick", "--store", planned_store, "--to", tmp_path).status == 0
    names = {
        name: [run["name"] for run in json.loads((tmp_path / f"{name}.json").read_text())] for name in ("runs", "alone")
    }
    assert (evaluators(tmp_path), names) == (["judge", "features"], {"runs": ["cgan-48 seed 0"], "alone": ["real"]})


def test_a_workflow_may_pass_every_coordinate_empty(fer: Fer, planned_store: Path, tmp_path: Path) -> None:
    empty = [word for flag in ("source", "replicate", "stage", "evaluator", "generator") for word in (f"--{flag}", "")]
    empty += [word for flag in ("classifier", "ratio", "volume", "seed") for word in (f"--{flag}", "")]
    where = ("--study", "quick", "--store", planned_store)
    assert fer("fan-out", *where, *empty, "--to", tmp_path / "a").status == 0
    assert fer("fan-out", *where, "--to", tmp_path / "b").status == 0
    assert read(tmp_path / "a") == read(tmp_path / "b")


def test_one_stage_is_cut_out(fer: Fer, planned_store: Path, tmp_path: Path) -> None:
    where = ("--study", "quick", "--store", planned_store, "--to", tmp_path)
    assert fer("fan-out", *where, "--stage", "train", "--ratio", "1").status == 0
    (run,) = read(tmp_path)[2]
    assert (run["generator"], run["groups"]) == ("", [{"classifiers": ["cnn"], "packs": ["1:0"]}])
    assert evaluators(tmp_path) == []
    assert fer("fan-out", *where, "--stage", "train-evaluator", "--evaluator", "judge").status == 0
    assert (evaluators(tmp_path), read(tmp_path)[2]) == (["judge"], [])
    # It serves as the features' network too, and may be asked for by either name.
    assert fer("fan-out", *where, "--stage", "train-evaluator", "--evaluator", "reader").status == 0
    assert evaluators(tmp_path) == ["reader"]
    assert fer("fan-out", *where, "--stage", "train-gan").status == 0
    assert (evaluators(tmp_path), len(read(tmp_path)[2])) == (["judge"], 1)
    assert fer("fan-out", *where, "--stage", "report").status == 0
    assert read(tmp_path)[2] == []


def test_a_wrong_place_or_folder_is_refused_and_nothing_is_written(
    fer: Fer, planned_store: Path, tmp_path: Path
) -> None:
    where = ("--study", "quick", "--store", planned_store)
    ended = fer("fan-out", *where, "--stage", "train", "--ratio", "0.25", "--to", tmp_path / "to")
    assert (ended.status, ended.messages[-1]) == (2, "--ratio 0.25: not in study quick here; known: 0, 0.5, 1")
    assert not (tmp_path / "to").exists()
    (tmp_path / "file").write_text("")
    ended = fer("fan-out", *where, "--to", tmp_path / "file")
    assert (ended.status, "cannot be written" in ended.messages[-1]) == (2, True)
    assert "--pack" in fer("fan-out", *where, "--pack", "0", "--to", tmp_path / "to").refusal
    assert "did you mean train?" in fer("fan-out", *where, "--stage", "trian", "--to", tmp_path / "to").refusal


def test_a_stage_takes_an_empty_flag_for_none(fer: Fer, planned_store: Path) -> None:
    where = ("--study", "quick", "--store", planned_store, "--source", "", "--dry-run")
    network = ("train-gan", *where, "--generator", "cgan-48", "--seed", "0")
    plain = fer(*network).json()["digest"]
    assert fer(*network, "--class", "", "--ratio", "").json()["digest"] == plain
    alone = ("train", *where, "--classifier", "cnn", "--ratio", "0.5", "--seed", "0")
    assert fer(*alone, "--generator", "").json() == fer(*alone).json()
    refusal = fer("generate", *where, "--generator", "", "--seed", "0").refusal
    assert refusal == "fer generate: Missing option '--generator'."


def test_cells_stand_in_place_of_ratios_seeds_and_volumes(fer: Fer, planned_store: Path) -> None:
    where = ("train", "--study", "quick", "--store", planned_store, "--classifier", "cnn", "--dry-run")
    both = fer(*where, "--generator", "cgan-48", "--cells", "0.0:0 0.5:0:1")
    each = [fer(*where, "--generator", "cgan-48", "--ratio", ratio, "--seed", "0").output for ratio in ("0", "0.5")]
    assert both.output == "".join(each)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--cells", "0.5"], "'0.5' is no cell; write RATIO:SEED or RATIO:SEED:VOLUME, like 0.1:0"),
        (["--cells", "0.5:0 0.5:0:1:2"], "'0.5:0:1:2' is no cell"),
        (["--cells", "half:0"], "'half:0' is no cell"),
        (["--cells", " "], "names no cell"),
        (
            ["--cells", "0.5:0", "--seed", "0"],
            "--cells stands in place of --ratio, --volume and --seed; leave them out",
        ),
        (["--ratio", "0.5"], "which cells? Give --ratio and --seed, or --cells"),
        (["--cells", "0.25:0"], "--ratio 0.25: not in study quick without --generator"),
    ],
)
def test_wrong_cells_are_refused(fer: Fer, planned_store: Path, flags: list[str], expected: str) -> None:
    where = ("--study", "quick", "--store", planned_store, "--classifier", "cnn")
    assert expected in fer("train", *where, *flags).refusal


def test_a_replicate_is_a_study_of_its_own_with_a_seed_that_its_time_decides(
    fer: Fer, quick: Path, planned_store: Path, tmp_path: Path
) -> None:
    where = ("--study", quick, "--store", planned_store)
    for folder, moment in (("a", TIME), ("b", "2026-11-25T07:00:00+01:00"), ("c", "2026-11-26T06:00:00Z")):
        assert fer("fan-out", *where, "--replicate", moment, "--to", tmp_path / folder).status == 0
    (first, _, runs), same, (other, _, others) = (read(tmp_path / folder) for folder in ("a", "b", "c"))
    assert (first, other) == ("quick-20261125t060000", "quick-20261126t060000")
    assert same == (first, "drawn", runs)
    seeds = {runs[0]["seed"], others[0]["seed"], "0"}
    assert len(seeds) == 3
    assert planned_names(open_store(str(planned_store))) == {"quick", first, other}
    cell = ("train", "--store", planned_store, "--classifier", "cnn", "--ratio", "1", "--dry-run")
    original = fer(*cell, "--study", "quick", "--seed", "0").json()["recipe"]["params"]
    again = fer(*cell, "--study", first, "--seed", str(runs[0]["seed"])).json()["recipe"]["params"]
    assert {name for name in original if original[name] != again[name]} == {"seed"}


def test_planning_a_replicate_by_itself_pins_the_same_one(
    fer: Fer, quick: Path, planned_store: Path, tmp_path: Path
) -> None:
    where = ("--study", quick, "--store", planned_store)
    assert fer("fan-out", *where, "--replicate", TIME, "--to", tmp_path).status == 0
    planned = fer("plan", *where, "--replicate", TIME, "--json").json()
    assert (planned["study"], planned["cells"]) == ("quick-20261125t060000", 4)
    assert planned["plan"] == fer("plan", *where, "--replicate", TIME, "--dry-run").json()["digest"]


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("yesterday", "is no time with a zone; write it like 2026-11-25T06:00:00Z"),
        ("2026-11-25T06:00:00", "is no time with a zone; write it like 2026-11-25T06:00:00Z"),
        ("9999-12-31T23:59:59-23:59", "is outside the years 1 to 9999 in UTC; give another"),
        ("0001-01-01T00:00:00+23:59", "is outside the years 1 to 9999 in UTC; give another"),
    ],
)
def test_what_is_no_time_in_utc_names_no_replicate(
    fer: Fer, planned_store: Path, tmp_path: Path, moment: str, reason: str
) -> None:
    where = ("--study", "quick", "--store", planned_store, "--to", tmp_path)
    assert fer("fan-out", *where, "--replicate", moment).refusal.endswith(f"'{moment}' {reason}")


@pytest.mark.slow
def test_the_cells_of_a_pack_are_trained_in_turn(fer: Fer, planned_store: Path) -> None:
    where = ("--study", "quick", "--store", planned_store)
    assert fer("train", *where, "--classifier", "cnn", "--cells", "0.5:0 1:0").status == 0
    states = [
        task["state"]
        for task in fer("status", "quick", "--store", planned_store, "--json").json()["studies"][0]["tasks"]
    ]
    assert states.count("done") == 2


def test_a_pod_that_knows_its_plan_alone_reports_and_fetches_the_report(
    fer: Fer, quick: Path, s3_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--study", quick, "--store", s3_uri)
    assert fer("prepare", *where).status == 0
    assert fer("fan-out", *where, "--to", tmp_path / "plan").status == 0
    this_plan, source = ((tmp_path / "plan" / name).read_text() for name in ("study", "source"))
    assert fer("report", "--study", this_plan, "--store", s3_uri, "--source", source).status == 0
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")  # as in a pod, which has no token
    fetched = fer("fetch-report", this_plan, "--store", s3_uri, "--source", source, "--to", tmp_path / "report")
    assert fetched.status == 0
    assert (tmp_path / "report" / "index.html").read_text().startswith("<!")
