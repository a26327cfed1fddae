"""Checkpoints cost a small share of the time, whatever one of them takes."""

import pytest

from fer.runtime.saving import SHARE, CheckpointTimer


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr("fer.runtime.saving.time", fake)
    return fake


def save(timer: CheckpointTimer, clock: Clock, seconds: float) -> None:
    with timer.saving():
        clock.now += seconds


def test_the_first_is_due_at_once_and_the_next_when_saving_has_become_a_small_share(clock: Clock) -> None:
    timer = CheckpointTimer()
    assert timer.due()
    save(timer, clock, 3.0)
    clock.now += 3.0 / SHARE - 1
    assert not timer.due()
    clock.now += 1
    assert timer.due()


def test_two_are_never_closer_than_was_asked_for(clock: Clock) -> None:
    timer = CheckpointTimer(60.0)
    clock.now += 59
    assert not timer.due()
    clock.now += 1
    assert timer.due()
    save(timer, clock, 0.1)
    clock.now += 59
    assert not timer.due()


def test_a_slow_store_is_written_to_less_often(clock: Clock) -> None:
    timer = CheckpointTimer(60.0)
    save(timer, clock, 10.0)
    clock.now += 60
    assert not timer.due()
    clock.now += 10 / SHARE - 60
    assert timer.due()
