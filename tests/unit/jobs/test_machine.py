"""How workers share a machine."""

from pathlib import Path

import pytest

from fer.studies import parse_study
from fer.study import Study
from jobs.machine import cores, default_workers, environments, gpus

TEXT = "{{name: mine, grids: [{{name: main, classifiers: [cnn], ratios: [1.0]}}], numerics: {{threads: {threads}}}}}"


def study(threads: str) -> Study:
    return parse_study(TEXT.format(threads=threads), "mine.yaml")


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {0, 1, 2, 3})


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(
    ("visible", "threads", "workers"),
    [("", "1", 4), ("", "2", 2), ("", "8", 1), ("", "auto", 1), ("0", "1", 1), ("0,1", "auto", 2)],
)
def test_one_worker_per_gpu_else_as_many_as_fixed_threads_leave_room_for_else_one(
    monkeypatch: pytest.MonkeyPatch, visible: str, threads: str, workers: int
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert default_workers(study(threads)) == workers


@pytest.mark.usefixtures("four_cores")
def test_workers_share_the_cores_and_have_a_line_of_the_terminal_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert environments(3) == [{"FER_THREADS": "1", "FER_BAR_POSITION": str(line)} for line in (1, 2, 3)]
    assert [share["FER_THREADS"] for share in environments(2)] == ["2", "2"]
    assert [share["FER_THREADS"] for share in environments(9)] == ["1"] * 9


def test_each_worker_has_a_gpu_of_its_own_as_long_as_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-5f")
    assert [share["CUDA_VISIBLE_DEVICES"] for share in environments(3)] == ["3", "GPU-5f", "3"]


def test_gpus_are_found_without_torch_and_hidden_ones_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert gpus() == []
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert len(gpus()) == len(list(Path("/dev").glob("nvidia[0-9]*")))


def test_this_process_may_use_a_core() -> None:
    assert cores() >= 1
