"""An expected time comes from tasks with as much to do, or there is none."""

from pathlib import Path

import pytest

from fer.estimate import known_seconds, likeness
from fer.plan import Task, tasks
from fer.recipes import PlannedStudy
from fer.store import Store, open_store
from fer.studies import parse_study

TEXT = """
name: mine
generators: {cgan-48: {}}
grids:
  - {name: main, generators: [cgan-48], classifiers: [cnn], ratios: [0.0, 0.5, 1.0], volumes: [1, 2], controls: [0.5]}
seeds: [0, 1]
budgets: {train: {epochs: 20}, train-gan: {kimg: 5}}
"""


def planned(text: str = TEXT, dataset: str = "d", size: int = 100) -> list[Task]:
    study = parse_study(text, "mine")
    return list(tasks(PlannedStudy(study=study, dataset=dataset * 40, classes=("a", "b"), train_size=size)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that holds the first task of every stage, and each evaluator, all made in five seconds."""
    store = open_store(str(tmp_path / "store"))
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "file").write_text("")
    for task in {(task.stage, task.coordinates.get("evaluator")): task for task in reversed(planned())}.values():
        store.publish(
            task.recipe.kind,
            task.recipe.model_dump(mode="json"),
            task.digest,
            tmp_path / "made",
            wall_seconds=5.0,
            device_seconds=5.0,
            device="cpu",
        )
    return store


def stages_foreseen(store: Store, study: list[Task]) -> set[str]:
    """The stages whose tasks are all expected to take those five seconds; the others have no expectation at all."""
    known = known_seconds(store, {task.recipe.kind for task in study})
    by_stage: dict[str, set[float | None]] = {task.stage: set() for task in study}
    for task in study:
        by_stage[task.stage].add(known.get(likeness(task.recipe.model_dump(mode="json"))))
    assert all(seconds in ({5.0}, {None}) for seconds in by_stage.values())
    return {stage for stage, seconds in by_stage.items() if seconds == {5.0}}


def test_other_seeds_ratios_volumes_and_learning_rates_take_as_long(store: Store) -> None:
    everything = {"train-evaluator", "train-gan", "generate", "assess", "train"}
    assert stages_foreseen(store, planned()) == everything
    assert stages_foreseen(store, planned(f"{TEXT}training: {{learning_rate: 0.5}}")) == everything


def test_a_damaged_manifest_says_nothing_and_does_not_keep_the_others_from_it(store: Store) -> None:
    ((_, digest),) = store.artifacts("cell/")
    store.objects.write(f"cell/{digest}/manifest.json", b"{")
    assert stages_foreseen(store, planned()) == {"train-evaluator", "train-gan", "generate", "assess"}


def test_another_data_set_says_nothing(store: Store) -> None:
    assert stages_foreseen(store, planned(dataset="e", size=28_709)) == set()


def test_other_budgets_or_models_or_numerics_say_nothing(store: Store) -> None:
    assert stages_foreseen(store, planned(TEXT.replace("epochs: 20", "epochs: 100"))) == {
        "train-evaluator",
        "train-gan",
        "generate",
        "assess",
    }
    assert "train-gan" not in stages_foreseen(store, planned(TEXT.replace("kimg: 5", "kimg: 50")))
    assert "train" not in stages_foreseen(store, planned(TEXT.replace("[cnn]", "[resnet18]")))
    assert stages_foreseen(store, planned(f"{TEXT}numerics: {{threads: 1}}")) == set()
