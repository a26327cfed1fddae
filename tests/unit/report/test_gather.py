"""What a report finds in a store: artifacts, and the reason for each that is missing."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from fer.errors import RequestError, Stopped
from fer.metrics.classification import full_scores
from fer.plan import Task, tasks
from fer.recipes import PlannedStudy, plan_recipe, report_recipe
from fer.report.gather import gather, read_history
from fer.report.notes import plan_note
from fer.statistics.auroc import auroc_influence
from fer.statistics.resampling import resampled_scores
from fer.store import Store, open_store
from tests.assessments import PER_ORIGIN, save_plane
from tests.reports import CLASSES, figures, plan_of, sheet_png

STUDY = """
name: small
generators: {first: {model: cgan-48}, second: {model: cgan-48, kimg: 2.0}}
grids:
  - {name: main, generators: [first, second], classifiers: [cnn], ratios: [0.5, 1.0], controls: [0.5]}
seeds: [3]
"""
FILES = {
    "train-evaluator": "evaluator.json",
    "train-gan": "generator.json",
    "generate": "synthetic.json",
    "assess": "assessment.json",
    "train": "cell.json",
}

TEST_LABELS, LEAK_FREE = np.array([0, 6, 2, 2]), np.array([True, False, True, True])
CELL = {
    "metrics": {part: figures(0.5) for part in ("validation", "test", "test_leak_free")},
    "counts": {"distinct": 10, "trained": 9},
    "epochs": 3,
    "best_epoch": 2,
    "stopped_by": "patience",
}
"""What ``cell.json`` has to hold."""
LOGITS = np.random.default_rng(0).normal(size=(4, 7)).astype(np.float16)


@pytest.fixture
def planned() -> PlannedStudy:
    return plan_of(STUDY)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def publish(store: Store, task: Task, scratch: Path, **other: bytes) -> None:
    """An artifact with the files that a report reads, and with one that it need not. ``other``: bytes of some files."""
    folder = scratch / task.digest
    (folder / "sheets").mkdir(parents=True)
    (folder / FILES[task.stage]).write_text(json.dumps({"made": str(task), **CELL}))
    (folder / "history.csv").write_text("epoch,loss\n1,0.5\n2,\n")
    (folder / "weights.safetensors").write_bytes(b"weights")
    save_plane(folder / "plane.npz", ("one", "two"))
    if task.stage == "train":
        np.savez(folder / "logits.npz", test=LOGITS, test_labels=TEST_LABELS, test_leak_free=LEAK_FREE)
    for name in ("sheet.png", "real.png", "pairs.png", "sheets/000001.png", "sheets/000002.png"):
        (folder / name).write_bytes(sheet_png(seed=len(name)) + name.encode())
    for name, content in other.items():
        (folder / name).write_bytes(content)
    recipe = task.recipe.model_dump(mode="json")
    store.publish(task.recipe.kind, recipe, task.digest, folder, wall_seconds=1, device_seconds=2, device="cpu")


def publish_plan(store: Store, planned: PlannedStudy, scratch: Path) -> None:
    """The plan with the study's text."""
    folder = scratch / "plan"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY)
    recipe = plan_recipe(planned)
    content = recipe.model_dump(mode="json")
    store.publish(recipe.kind, content, recipe.digest, folder, wall_seconds=1, device_seconds=1, device="cpu")


def the(stage: str, planned: PlannedStudy, **where: str) -> Task:
    (task,) = (t for t in tasks(planned) if t.stage == stage and where.items() <= t.coordinates.items())
    return task


def test_a_whole_study_has_nothing_missing(planned: PlannedStudy, store: Store, tmp_path: Path) -> None:
    for task in tasks(planned):
        publish(store, task, tmp_path)
    results = gather(planned, store)
    assert results.missing == []
    assert set(results.present.values()) == {task.digest for task in tasks(planned)}
    assert results.cells[0].history == {"epoch": [1.0, 2.0], "loss": [0.5, None]}
    assert results.networks[0].sheet is not None
    assert results.networks[0].sheet.endswith(b"sheets/000002.png")
    assert results.assessments[0].real_sheet.endswith(b"real.png")
    assert results.assessments[0].pairs.endswith(b"pairs.png")
    assert results.assessments[0].plane.tsne.shape == (3 * PER_ORIGIN, 2)
    assert results.assessments[0].plane.labels.max() == 1


def test_of_the_logits_of_a_cell_the_predicted_labels_are_kept(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    publish(store, the("train", planned, ratio="1"), tmp_path)
    results = gather(planned, store)
    (cell,) = results.cells
    assert cell.predicted.tolist() == LOGITS.argmax(axis=1).tolist()
    assert cell.predicted.nbytes == len(LOGITS)
    assert np.array_equal(cell.auroc_influence, auroc_influence(LOGITS, np.asarray(TEST_LABELS)))
    leak_free = auroc_influence(LOGITS[LEAK_FREE], np.asarray(TEST_LABELS)[LEAK_FREE])
    assert np.array_equal(cell.auroc_influence_leak_free, leak_free)
    assert results.truth is not None
    assert results.truth.labels.tolist() == TEST_LABELS.tolist()
    assert results.truth.leak_free.tolist() == LEAK_FREE.tolist()


def test_without_cells_nothing_is_known_of_the_test_images(planned: PlannedStudy, store: Store) -> None:
    assert gather(planned, store).truth is None


def test_resampled_scores_are_those_of_the_cell_where_the_images_are_themselves(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    publish(store, the("train", planned, ratio="1"), tmp_path)
    results = gather(planned, store)
    written = full_scores(LOGITS, TEST_LABELS, CLASSES)
    again = resampled_scores(np.stack([results.cells[0].predicted]), TEST_LABELS, 7, np.ones((1, 4), np.float32))
    assert again.macro_f1[0, 0] == pytest.approx(written["macro_f1"])
    assert again.accuracy[0, 0] == pytest.approx(written["accuracy"])


def test_every_generator_has_its_own_results_and_real_images_alone_are_there_once(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    for task in tasks(planned):
        publish(store, task, tmp_path)
    results = gather(planned, store)
    assert [(result.cell.generator, result.cell.ratio) for result in results.cells] == [
        ("first", 0.5),
        ("second", 0.5),
        (None, 0.5),
        (None, 1.0),
    ]
    assert [result.run.generator for result in results.assessments] == ["first", "second"]


def test_what_was_never_started_says_what_it_waits_for(planned: PlannedStudy, store: Store, tmp_path: Path) -> None:
    publish(store, the("train-gan", planned, generator="first"), tmp_path)
    reasons = gather(planned, store).reasons
    assert reasons["generate generator=first seed=3"] == "never started"
    assert reasons["assess generator=first seed=3"] == (
        "never started: it needs generate generator=first seed=3, which is missing (not started)"
    )
    assert reasons["train classifier=cnn ratio=1 seed=3"] == "never started"


def test_failed_stopped_and_running_attempts_give_their_reasons(planned: PlannedStudy, store: Store) -> None:
    failed, stopped = the("train", planned, ratio="1"), the("train-gan", planned, generator="first")
    running = next(t for t in tasks(planned) if t.cell is not None and t.cell.is_control)
    for error, task in ((RequestError("the loss is not finite"), failed), (Stopped("by a signal"), stopped)):
        with suppress(RequestError, Stopped), store.claimed(task.digest, str(task)):
            raise error
    with store.claimed(running.digest, str(running)):
        missing = {item.task.digest: item for item in gather(planned, store).missing}
    assert missing[failed.digest].state == "failed"
    assert missing[failed.digest].reason.endswith("UTC: the loss is not finite")
    assert missing[stopped.digest].reason.startswith("stopped by a signal after it began ")
    assert missing[running.digest].state == "running"
    assert "process" in missing[running.digest].reason


def test_a_damaged_artifact_is_missing_and_says_which_file(planned: PlannedStudy, store: Store, tmp_path: Path) -> None:
    task = the("train", planned, ratio="1")
    publish(store, task, tmp_path)
    (path,) = (tmp_path / "store" / "cell" / task.digest).rglob("cell.json")
    path.chmod(0o644)
    path.write_text(path.read_text().replace("made", "fade"))
    results = gather(planned, store)
    assert results.cells == []
    (missing,) = (item for item in results.missing if item.task.digest == task.digest)
    assert missing.state == "damaged"
    assert "cell.json" in missing.reason


def test_a_damaged_data_set_leaves_the_rest_of_the_report_and_says_which_file(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    for task in tasks(planned):
        publish(store, task, tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "audit.json").write_text('{"images": {}}')
    store.publish("dataset", {}, planned.dataset, folder, wall_seconds=1, device_seconds=1, device="cpu")
    assert gather(planned, store).data_problem == ""
    (path,) = (tmp_path / "store" / "dataset").rglob("audit.json")
    path.chmod(0o644)
    path.write_text("{}")
    results = gather(planned, store)
    assert (results.audit, results.missing) == ({}, [])
    assert "audit.json" in results.data_problem
    assert results.reasons == {"prepare": results.data_problem}  # so that a report after the repair is another one


def test_a_missing_data_set_is_said_to_be_missing(planned: PlannedStudy, store: Store) -> None:
    assert gather(planned, store).data_problem == "The data set is missing from the store."


def test_a_whole_file_that_is_not_what_its_name_says_is_damage_too(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    for name, stage, where in (
        ("plane.npz", "assess", {"generator": "first"}),
        ("logits.npz", "train", {"ratio": "1"}),
        ("generator.json", "train-gan", {"generator": "second"}),
    ):
        task = the(stage, planned, **where)
        publish(store, task, tmp_path, **{name: b"[not it"})
        (missing,) = (item for item in gather(planned, store).missing if item.task.digest == task.digest)
        assert missing.state == "damaged"
        assert f"{task.recipe.kind}/{task.digest} in {store.uri} is as it was published" in missing.reason


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"metrics": {}}'])
def test_a_cell_without_its_scores_is_damage(
    planned: PlannedStudy, store: Store, tmp_path: Path, content: bytes
) -> None:
    task = the("train", planned, ratio="1")
    publish(store, task, tmp_path, **{"cell.json": content})
    results = gather(planned, store)
    (missing,) = (item for item in results.missing if item.task.digest == task.digest)
    assert (missing.state, results.cells) == ("damaged", [])


def test_the_study_text_is_what_was_planned(planned: PlannedStudy, store: Store, tmp_path: Path) -> None:
    publish_plan(store, planned, tmp_path)
    results = gather(planned, store)
    assert (results.study_text, results.plan_problem) == (STUDY, "")


def test_a_study_whose_text_is_damaged_is_shown_as_it_was_understood_and_the_damage_is_named(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    publish_plan(store, planned, tmp_path)
    (path,) = (tmp_path / "store" / "plan").rglob("study.yaml")
    path.chmod(0o644)
    path.write_text(STUDY.replace("small", "smell"))
    results = gather(planned, store)
    assert "name: small" in results.study_text
    assert results.plan_problem.startswith("The plan is damaged: plan/")
    assert results.reasons["plan"] == results.plan_problem
    assert plan_note(results) == results.plan_problem


def test_an_artifact_that_was_made_anew_makes_another_report(
    planned: PlannedStudy, store: Store, tmp_path: Path
) -> None:
    task = the("train", planned, ratio="1")
    publish(store, task, tmp_path / "first")
    before = gather(planned, store)
    assert gather(planned, store).attempts == before.attempts
    store.set_aside("cell", task.digest)
    publish(store, task, tmp_path / "second")
    after = gather(planned, store)
    assert after.present == before.present
    recipes = [report_recipe(planned, one.present, one.attempts, one.reasons) for one in (before, after)]
    assert recipes[0].digest != recipes[1].digest


def test_figures_that_are_no_finite_numbers_are_left_out_of_histories() -> None:
    assert read_history("a,b\n1,nan\ninf,x\n,2\n") == {"a": [1.0, None, None], "b": [None, None, 2.0]}
    assert read_history("") == {}
