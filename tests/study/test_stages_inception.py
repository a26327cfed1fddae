"""A study that names a file of Inception's weights: its distances are in the assessment and in the report."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
import torch

from fer.store import open_store
from tests.commands import Fer
from tests.inception import untrained_weights

pytestmark = pytest.mark.slow


def test_distances_by_inception_are_measured_with_the_named_weights_and_shown(
    fer: Fer, quick: Path, tmp_path: Path
) -> None:
    weights, study = tmp_path / "inception.pth", tmp_path / "study.yaml"
    torch.save(untrained_weights(), weights)
    study.write_text(f"{quick.read_text()}assessment: {{inception: '{weights}'}}\n")
    ran = fer("run", study, "--store", tmp_path / "store", "--workers", "1")
    assert ran.status == 0, ran.errors

    store = open_store(str(tmp_path / "store"))
    (assessment,) = store.manifests("assessment")
    figures = json.loads((store.fetch("assessment", assessment.digest) / "assessment.json").read_text())
    assert figures["networks"]["inception"] == {"weights": hashlib.sha256(weights.read_bytes()).hexdigest()}
    found = figures["distances"]["inception"]
    assert found["synthetic"]["fid"] > found["real"]["fid"] > 0

    (report,) = store.manifests("report")
    tables = store.fetch("report", report.digest) / "tables"
    rows = csv.DictReader((tables / "distances.csv").read_text().splitlines())
    assert [row["source"] for row in rows] == ["features", "judge", "inception"]


def test_a_file_of_other_weights_stops_the_assessment_and_nothing_else(fer: Fer, quick: Path, tmp_path: Path) -> None:
    weights, study = tmp_path / "other.pth", tmp_path / "study.yaml"
    torch.save({"weight": torch.zeros(3)}, weights)
    study.write_text(f"{quick.read_text()}assessment: {{inception: '{weights}'}}\n")
    ran = fer("run", study, "--store", tmp_path / "store", "--workers", "1")
    assert ran.status == 1
    assert f"weights {weights}: not those of torch-fidelity's Inception" in ran.errors
    kinds = [kind for kind, _ in open_store(str(tmp_path / "store")).artifacts()]
    assert (kinds.count("cell"), kinds.count("assessment"), kinds.count("report")) == (4, 0, 1)
