"""What an assessment's networks read with."""

import pytest

from fer.recipes import PlannedStudy
from fer.runtime.device import Numerics, pick_device
from fer.studies import parse_study
from jobs.numerics import reading_numerics


def planned(numerics: str) -> PlannedStudy:
    study = parse_study(f"name: mine\ngenerators: {{cgan-48: {{}}}}\nnumerics: {numerics}", "mine")
    return PlannedStudy(study=study, dataset="0" * 40, classes=("a", "b"), train_size=10)


@pytest.mark.parametrize(("numerics", "threads"), [("{}", 2), ("{threads: 1}", 1), ("{precision: bf16}", 2)])
def test_networks_read_in_single_precision_with_the_studys_threads_or_all_cores(
    monkeypatch: pytest.MonkeyPatch, numerics: str, threads: int
) -> None:
    monkeypatch.setenv("FER_THREADS", "2")
    assert reading_numerics(planned(numerics)) == Numerics(pick_device(), "fp32", threads)
