"""Every stage on its own, by command, on a study of seconds."""

import json
from pathlib import Path
from typing import Any

import pytest

from fer.errors import Stopped
from fer.plan import tasks
from fer.runtime.signals import StopFlag
from fer.store import Store, open_store
from jobs.context import Request, open_context
from jobs.inputs import kind_of
from jobs.stages import execute
from tests.commands import Fer, kept_signals

GENERATOR = ("--generator", "cgan-48", "--seed", "0")
CELL = ("--classifier", "cnn", "--seed", "0")
STAGES = [
    ("train-evaluator", "--evaluator", "judge"),
    ("train-evaluator", "--evaluator", "features"),
    ("train-gan", *GENERATOR),
    ("generate", *GENERATOR),
    ("assess", *GENERATOR),
    ("train", "--generator", "cgan-48", *CELL, "--ratio", "0", "--ratio", "0.5"),
    ("train", *CELL, "--ratio", "0.5", "--ratio", "1"),
]


def artifacts(store: Store) -> set[tuple[str, str]]:
    return set(store.artifacts())


@pytest.mark.slow
def test_the_stages_make_the_study_one_after_another_and_never_twice(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    where = ("--study", quick, "--store", planned_store)
    for stage in STAGES:
        assert fer(stage[0], *where, *stage[1:]).status == 0
    shown = fer("plan", *where)
    assert "everything exists" in shown.output
    reported = fer("report", *where)
    assert Path(reported.output.strip()).read_text().startswith("<!")

    store = open_store(str(planned_store))
    made = artifacts(store)
    kinds = sorted(kind for kind, _ in made)
    assert kinds == [
        "assessment",
        "cell",
        "cell",
        "cell",
        "cell",
        "dataset",
        "evaluator",
        "evaluator",
        "gan",
        "plan",
        "report",
        "synthetic",
    ]
    (assessment,) = store.manifests("assessment")
    assert set(assessment.files) == {"assessment.json", "plane.npz", "sheet.png", "real.png", "pairs.png"}
    figures = json.loads((store.fetch("assessment", assessment.digest) / "assessment.json").read_text())
    assert figures["networks"]["features"] == figures["networks"]["reader"]
    assert (figures["networks"]["judge"]["classifier"], figures["networks"]["inception"]) == ("cnn", None)
    assert set(figures["distances"]) == {"features", "judge"}
    for kind, digest in made:
        manifest = store.manifest(kind, digest)
        assert manifest is not None
        assert manifest.recipe["stage"]
        assert manifest.wall_seconds >= 0
    for stage in [*STAGES, ("report",)]:
        again = fer(stage[0], *where, *stage[1:])
        assert again.status == 0
        assert all(": exists (" in message for message in again.messages)
    assert artifacts(store) == made


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("train-gan", *GENERATOR),
            "its input evaluator:judge is missing; make it with: fer train-evaluator --evaluator judge",
        ),
        (
            ("generate", *GENERATOR),
            "its input gan is missing; make it with: fer train-gan --generator cgan-48 --seed 0",
        ),
        (
            ("assess", *GENERATOR),
            "its input synthetic is missing; make it with: fer generate --generator cgan-48 --seed 0",
        ),
        (
            ("train", "--generator", "cgan-48", *CELL, "--ratio", "0.5"),
            "its input synthetic:1 is missing; make it with: fer generate --generator cgan-48 --seed 0",
        ),
    ],
)
def test_a_missing_input_is_refused_with_the_command_that_makes_it(
    fer: Fer, quick: Path, planned_store: Path, arguments: tuple[str, ...], expected: str
) -> None:
    where = ("--study", str(quick), "--store", str(planned_store), "--source", "drawn")
    refusal = fer(arguments[0], *where, *arguments[1:]).refusal
    assert refusal.endswith(f"{expected} {' '.join(where)}")


def test_a_missing_data_set_is_refused_with_the_command_that_makes_it(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    store = open_store(str(planned_store))
    ((kind, digest),) = store.artifacts("dataset/")
    store.set_aside(kind, digest)
    refusal = fer("train", "--study", quick, "--store", planned_store, *CELL, "--ratio", "1").refusal
    assert refusal.endswith(f"make it with: fer prepare --study {quick} --store {planned_store}")
    assert fer("prepare", "--study", quick, "--store", planned_store).status == 0
    assert store.exists(kind, digest)


@pytest.mark.parametrize("stage", [*STAGES[:4], ("train", *CELL, "--ratio", "1"), ("plan",), ("prepare",), ("report",)])
def test_dry_run_shows_the_recipe_and_makes_nothing(
    fer: Fer, quick: Path, planned_store: Path, stage: tuple[str, ...]
) -> None:
    before = artifacts(open_store(str(planned_store)))
    shown = fer(stage[0], "--study", quick, "--store", planned_store, *stage[1:], "--dry-run").json()
    assert shown["recipe"]["stage"] == stage[0]
    assert len(shown["digest"]) == 40
    assert shown["exists"] == (stage[0] in ("prepare", "plan"))
    assert artifacts(open_store(str(planned_store))) == before


def test_a_pack_goes_on_past_a_cell_that_somebody_else_makes_and_asks_to_be_tried_again(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    where = ("--study", quick, "--store", planned_store)
    store = open_store(str(planned_store))
    first = fer("train", *where, *CELL, "--ratio", "0.5", "--dry-run").json()["digest"]
    second = fer("train", *where, *CELL, "--ratio", "1", "--dry-run").json()["digest"]
    with store.claimed(first, "a cell"):
        ended = fer("train", *where, *CELL, "--ratio", "0.5", "--ratio", "1")
    assert ended.status == 75
    assert ended.messages[-1] == "1 of 2 cells failed, 1 of which can be tried again"
    assert not store.exists("cell", first)
    assert store.exists("cell", second)


def test_a_pack_in_which_nothing_can_be_tried_again_is_a_wrong_request(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    ended = fer(
        "train",
        "--study",
        quick,
        "--store",
        planned_store,
        "--generator",
        "cgan-48",
        *CELL,
        "--ratio",
        "0",
        "--ratio",
        "0.5",
    )
    assert ended.status == 2
    assert [message.count("train generator=cgan-48") for message in ended.messages] == [1, 1, 0]
    assert ended.messages[-1] == "2 of 2 cells failed, 0 of which can be tried again"


def test_a_pack_with_an_unknown_cell_trains_nothing(fer: Fer, quick: Path, planned_store: Path) -> None:
    where = ("--study", quick, "--store", planned_store)
    assert "--ratio 0.7" in fer("train", *where, *CELL, "--ratio", "1", "--ratio", "0.7").refusal
    assert not list(open_store(str(planned_store)).artifacts("cell/"))


def test_an_unexpected_error_is_exit_1_with_its_traceback_and_recorded(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    store = open_store(str(planned_store))
    ((_, digest),) = store.artifacts("dataset/")
    manifest = store.manifest("dataset", digest)
    assert manifest is not None
    facts = planned_store / manifest.folder / "dataset.json"
    facts.write_text("[]")
    changed = manifest.files["dataset.json"].of_file(facts)
    renewed = manifest.model_copy(update={"files": {**manifest.files, "dataset.json": changed}})
    (planned_store / "dataset" / digest / "manifest.json").write_bytes(renewed.to_bytes())
    where = ("--study", quick, "--store", planned_store)
    ended = fer("train", *where, *CELL, "--ratio", "1")
    assert ended.status == 1
    assert "Traceback" in json.loads(ended.errors.splitlines()[-1])["traceback"]
    cell = fer("train", *where, *CELL, "--ratio", "1", "--dry-run").json()["digest"]
    (attempt,) = store.attempts(cell)
    assert attempt.state == "failed"
    assert attempt.reason.startswith("TypeError: ")


def test_an_assessment_that_is_asked_to_stop_saves_nothing_and_stops(quick: Path, planned_store: Path) -> None:
    context = open_context(Request(str(quick), str(planned_store)))
    assess = next(task for task in tasks(context.planned) if task.stage == "assess")
    (planned_store.parent / "made").mkdir()
    (planned_store.parent / "made" / "samples.npz").write_bytes(b"never looked at")
    cost: Any = {"wall_seconds": 1.0, "device_seconds": 1.0, "device": "cpu"}
    for role, digest in assess.recipe.inputs.items():
        if role != "dataset":
            context.store.publish(kind_of(role), {}, digest, planned_store.parent / "made", **cost)
    stop = StopFlag()
    stop.requested = True
    with kept_signals(), pytest.raises(Stopped):
        execute(context.planned, assess, context.store, stop)
    assert [attempt.state for attempt in context.store.attempts(assess.digest)] == ["stopped"]


def test_a_report_that_was_damaged_is_refused_and_the_file_named(fer: Fer, quick: Path, planned_store: Path) -> None:
    where = ("--study", quick, "--store", planned_store)
    page = Path(fer("report", *where).output.strip())
    assert Path(fer("report", *where).output.strip()) == page
    page.chmod(0o644)
    page.write_text(page.read_text() + " ")
    refusal = fer("report", *where).refusal
    assert page.name in refusal
    assert "fer store check --set-aside" in refusal


def test_a_price_makes_another_report_and_no_price_the_same_as_before(
    fer: Fer, quick: Path, planned_store: Path
) -> None:
    where = ("--study", quick, "--store", planned_store, "--dry-run")
    plain, priced = fer("report", *where).json(), fer("report", *where, "--gpu-hour-price", "2.5").json()
    assert "gpu_hour" not in plain["recipe"]["params"]
    assert priced["recipe"]["params"]["gpu_hour"] == {"price": 2.5, "currency": ""}
    assert plain["digest"] != priced["digest"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--gpu-hour-price", "0"), "--gpu-hour-price 0: is no price"),
        (("--gpu-hour-price", "nan"), "--gpu-hour-price nan: is no price"),
        (("--gpu-hour-price", "2.5", "--currency", "a\nb"), "--currency 'a\\nb': give a name"),
        (("--currency", "EUR"), "--currency says nothing without a price"),
    ],
)
def test_a_price_that_is_none_is_refused(
    fer: Fer, quick: Path, planned_store: Path, flags: tuple[str, ...], said: str
) -> None:
    assert said in fer("report", "--study", quick, "--store", planned_store, *flags).refusal
