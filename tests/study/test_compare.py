"""``fer compare`` on studies of a store."""

from pathlib import Path

from fer.runtime.signals import StopFlag
from jobs.context import Request
from jobs.plan import plan
from tests.commands import Fer

COLUMNS = "classifier  training set  ratio  first  second  difference"


def test_a_study_and_its_replicate_stand_side_by_side_whatever_is_finished(
    fer: Fer, quick: Path, planned_store: Path, tmp_path: Path
) -> None:
    replicate = tmp_path / "again.yaml"
    replicate.write_text(f"{quick.read_text().replace('name: quick', 'name: again')}seeds: [12345]\n")
    plan(Request(str(replicate), str(planned_store)), StopFlag())
    ended = fer("compare", "quick", "again", "--store", planned_store)
    assert ended.status == 0
    lines = ended.output.splitlines()
    assert lines[0].startswith("first: quick, second: again")
    assert lines[1].startswith(COLUMNS)
    assert lines[-1] == "4 not finished in both"
    shown = fer("compare", "quick", "again", "--store", planned_store, "--json").json()
    assert [row["ratio"] for row in shown["training_sets"]] == [0.0, 0.5, 0.5, 1.0]
    assert {row["difference"] for row in shown["training_sets"]} == {None}


def test_a_study_that_is_not_planned_is_refused(fer: Fer, planned_store: Path) -> None:
    assert "quick" in fer("compare", "quick", "quik", "--store", planned_store).refusal
