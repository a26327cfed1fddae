"""Files that a study names: pinned by their content when it is planned, and checked when they are used."""

import hashlib
from pathlib import Path

import pytest

from fer.errors import RequestError
from fer.recipes import PlannedStudy
from fer.studies import parse_study
from jobs.pinned import fingerprints, pinned_weights


def planned_with(weights: Path) -> PlannedStudy:
    text = f"""
name: mine
grids: [{{name: a, classifiers: [resnet18, cnn], ratios: [1.0]}}]
classifiers: {{resnet18: {{weights: '{weights}'}}}}
"""
    study = parse_study(text, "mine")
    found = fingerprints(study)
    return PlannedStudy(study=study, dataset="0" * 40, classes=("a", "b"), train_size=10, fingerprints=found)


def test_weights_are_handed_out_while_they_are_what_was_planned_with(tmp_path: Path) -> None:
    weights = tmp_path / "resnet18.pth"
    weights.write_bytes(b"one")
    planned = planned_with(weights)
    assert list(planned.fingerprints) == [str(weights)]
    with pinned_weights(planned, str(weights)) as path:
        assert path == weights
    weights.write_bytes(b"two")
    with (
        pytest.raises(RequestError, match="has changed since study mine was planned"),
        pinned_weights(planned, str(weights)),
    ):
        pass


def test_inceptions_weights_are_pinned_like_the_classifiers(tmp_path: Path) -> None:
    weights = tmp_path / "inception.pth"
    weights.write_bytes(b"one")
    text = f"name: mine\ngenerators: {{cgan-48: {{}}}}\nassessment: {{inception: '{weights}'}}"
    assert fingerprints(parse_study(text, "mine")) == {str(weights): hashlib.sha256(b"one").hexdigest()}


def test_without_weights_there_is_no_file(tmp_path: Path) -> None:
    weights = tmp_path / "resnet18.pth"
    weights.write_bytes(b"one")
    with pinned_weights(planned_with(weights), None) as path:
        assert path is None


def test_weights_that_are_missing_or_a_folder_are_refused_when_the_study_is_planned(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no"):
        planned_with(tmp_path / "nowhere.pth")
    with pytest.raises(RequestError, match="is a folder; give a file"):
        planned_with(tmp_path)
