"""The worker pool, with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from fer.runtime.signals import StopFlag
from jobs.pool import Death, Pool


def work(job: str, stop: StopFlag, folder: Path) -> str:
    """What the tests' workers do with a job."""
    if job == "sleep":
        (folder / f"asleep-{os.getpid()}").touch()
        while not stop.requested:
            time.sleep(0.01)
        return "woken"
    if job == "exit":
        os._exit(3)
    return os.environ["FER_TEST_NAME"] if job == "name" else str(os.getpid())


def all_answers(pool: Pool[str, str]) -> list[str | Death]:
    answers: list[str | Death] = []
    while pool.running:
        answers += [answer for _, answer in pool.wait(10)]
    return answers


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited for 20 s in vain"
        time.sleep(0.02)


def test_each_worker_has_an_environment_of_its_own_and_the_parent_keeps_its_own(tmp_path: Path) -> None:
    with Pool[str, str](work, (tmp_path,), [{"FER_TEST_NAME": "a"}, {"FER_TEST_NAME": "b"}]) as pool:
        pool.give("name")
        pool.give("name")
        assert not pool.has_room
        assert sorted(map(str, all_answers(pool))) == ["a", "b"]
    assert "FER_TEST_NAME" not in os.environ


def test_a_worker_stays_for_further_jobs(tmp_path: Path) -> None:
    with Pool[str, str](work, (tmp_path,), [{}, {}]) as pool:
        pids = set()
        for _ in range(3):
            pool.give("pid")
            pids |= set(all_answers(pool))
    assert len(pids) == 1


def test_a_killed_worker_costs_only_its_job_and_is_replaced(tmp_path: Path) -> None:
    with Pool[str, str](work, (tmp_path,), [{}]) as pool:
        pool.give("sleep")
        until(lambda: any(tmp_path.iterdir()))
        os.kill(int(next(tmp_path.iterdir()).name.removeprefix("asleep-")), signal.SIGKILL)
        [answer] = all_answers(pool)
        assert answer == Death(-signal.SIGKILL)
        assert "SIGKILL (out of memory?)" in str(answer)
        pool.give("pid")
        [pid] = all_answers(pool)
        assert isinstance(pid, str)


def test_a_worker_that_exits_by_itself_says_its_status(tmp_path: Path) -> None:
    with Pool[str, str](work, (tmp_path,), [{}]) as pool:
        pool.give("exit")
        [answer] = all_answers(pool)
    assert str(answer) == "its process ended with exit status 3"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_the_stop_flag_even_of_a_worker_that_has_only_just_been_started(
    tmp_path: Path, number: signal.Signals
) -> None:
    with Pool[str, str](work, (tmp_path,), [{}]) as pool:
        pool.give("sleep")
        pool.signal(number)
        assert all_answers(pool) == ["woken"]


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from jobs.pool import Pool; import test_pool\n"
        f"pool = Pool(test_pool.work, (Path({str(tmp_path)!r}),), [{{}}]); pool.give('sleep'); pool.wait(60)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    parent = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        until(lambda: any(tmp_path.iterdir()))
        worker = Path("/proc", next(tmp_path.iterdir()).name.removeprefix("asleep-"))
        assert worker.exists()
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not worker.exists())


def test_leaving_with_an_error_ends_the_workers_at_once(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), Pool[str, str](work, (tmp_path,), [{}]) as pool:
        pool.give("sleep")
        until(lambda: any(tmp_path.iterdir()))
        raise ZeroDivisionError
    pid = next(tmp_path.iterdir()).name.removeprefix("asleep-")
    assert not Path("/proc", pid).exists()
