"""What ``fer run`` and ``fer show`` say and do where a cell that exists cannot be read."""

import json
from pathlib import Path

from fer.plan import Task, tasks
from fer.report.summary import SCORES
from fer.store import Store
from jobs.context import Request, open_context
from tests.commands import Fer

STUDY = """
name: mine
data: {source: drawn, drawn: {train: 70, validation: 35, test: 35}}
grids: [{name: main, classifiers: [cnn], ratios: [1.0]}]
seeds: [0, 1]
"""


def planned(store: Store) -> tuple[Task, ...]:
    return tasks(open_context(Request("mine", store.uri)).planned)


def publish(store: Store, task: Task, cell: object) -> str:
    """A cell of which only ``cell.json`` is there; returns that file's key."""
    folder = Path(store.uri).parent / f"made-{task.digest}"
    folder.mkdir()
    (folder / "cell.json").write_text(json.dumps(cell))
    recipe = task.recipe.model_dump(mode="json")
    made = store.publish("cell", recipe, task.digest, folder, wall_seconds=1.0, device_seconds=1.0, device="cpu")
    return f"{made.folder}/cell.json"


def test_the_report_is_written_although_cells_are_damaged_and_the_summary_names_them(
    fer: Fer, study: Path, store: Store
) -> None:
    first, second = planned(store)
    damaged = publish(store, first, {})
    store.objects.write(damaged, b"{")
    publish(store, second, {})
    store.objects.write(f"cell/{second.digest}/manifest.json", b"{")

    ended = fer("run", study, "--store", store.uri)

    assert ended.status == 1
    assert f"  damaged: {first}: {damaged} in {store.uri} has 1 bytes where " in ended.output
    assert f"  damaged: {second}: cell/{second.digest}/manifest.json in {store.uri} is not a valid " in ended.output
    report = Path(ended.output.splitlines()[-2].removeprefix("report: "))
    assert f"{damaged} in" in report.read_text()


def test_a_study_is_shown_with_its_sound_cells_and_those_that_are_damaged(fer: Fer, store: Store) -> None:
    sound, odd = planned(store)
    metrics: dict[str, dict[str, float]] = {}
    for part, figure in SCORES.values():
        metrics.setdefault(part, {})[figure] = 0.5
    publish(store, sound, {"metrics": metrics})
    publish(store, odd, {"metrics": []})

    shown = fer("show", "mine", "--store", store.uri, "--json").json()

    assert [(cell["seed"], cell["macro_f1"]) for cell in shown["cells"]] == [("0", 0.5)]
    (missing,) = shown["missing"]
    assert (missing["seed"], missing["state"]) == ("1", "damaged")
    assert f"cell/{odd.digest} in {store.uri} is as it was published, and cannot be read" in missing["reason"]
    assert f"damaged: {odd}: cell/{odd.digest} in " in fer("show", "mine", "--store", store.uri).output
