"""Claims: one worker at a time, outcomes on record, and no dead worker in the way."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from fer.errors import RequestError, Stopped, TryAgain
from fer.store import ClaimedElsewhere, Objects, Store, open_store

LEASE = 1.0


def _stopped_by_sigint() -> Stopped:
    error = Stopped("stopped by SIGINT")
    error.exit_code = 130  # as fer.runtime.signals raises it
    return error


@contextmanager
def holder(uri: str, digest: str, lease: float) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the claim on ``digest``; killed at the end, if not before."""
    command = [sys.executable, str(Path(__file__).with_name("holder.py")), uri, digest, str(lease)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_finished_block_is_done(store: Store) -> None:
    with store.claimed("d", "cell cnn at 0.1") as attempt:
        assert (attempt.number, attempt.state) == (1, "running")
        assert [now.state for now in store.attempts("d")] == ["running"]
    (done,) = store.attempts("d")
    assert (done.number, done.what, done.state, done.reason) == (1, "cell cnn at 0.1", "done", "")
    assert done.seconds is not None
    assert done.owner == attempt.owner


@pytest.mark.parametrize(
    ("error", "state", "reason", "exit_code"),
    [
        (RequestError("no such classifier"), "failed", "no such classifier", 2),
        (TryAgain("the store is away"), "failed", "the store is away", 75),
        (ZeroDivisionError("division by zero\nand more"), "failed", "ZeroDivisionError: division by zero", 1),
        (Stopped("SIGTERM after epoch 3"), "stopped", "SIGTERM after epoch 3", 143),
        (KeyboardInterrupt(), "stopped", "KeyboardInterrupt", 130),
        (_stopped_by_sigint(), "stopped", "stopped by SIGINT", 130),
    ],
)
def test_a_block_that_raises_leaves_its_reason(
    store: Store, error: BaseException, state: str, reason: str, exit_code: int
) -> None:
    with pytest.raises(type(error)), store.claimed("d", "a cell"):
        raise error
    (attempt,) = store.attempts("d")
    assert (attempt.state, attempt.reason) == (state, reason)
    assert json.loads(store.objects.read("outcomes/d/1.json"))["exit_code"] == exit_code


def test_a_live_claim_is_refused_and_names_its_owner(uri: str, store: Store) -> None:
    with holder(uri, "d", 120) as owner:
        with (
            pytest.raises(ClaimedElsewhere, match=rf"a cell is being made by process {owner.pid} on ") as caught,
            store.claimed("d", "a cell"),
        ):
            pass
        assert caught.value.exit_code == 75
        with store.claimed("e", "another cell"):
            pass
    assert [attempt.state for attempt in store.attempts("e")] == ["done"]


def test_the_same_process_cannot_claim_twice(store: Store) -> None:
    with store.claimed("d", "a cell"), pytest.raises(ClaimedElsewhere), store.claimed("d", "a cell"):
        pass


def test_after_an_outcome_the_next_attempt_starts_at_once(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(RequestError), store.claimed("d", "a cell"):
            raise RequestError("broken")
    with store.claimed("d", "a cell") as attempt:
        assert attempt.number == 3
    assert [past.state for past in store.attempts("d")] == ["failed", "failed", "done"]


def test_of_many_that_claim_at_once_one_works(store: Store) -> None:
    workers = 8
    start, end = Barrier(workers), Barrier(workers)

    def work(_: int) -> bool:
        start.wait()
        try:
            with store.claimed("d", "a cell"):
                end.wait()
        except ClaimedElsewhere:
            end.wait()
            return False
        return True

    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(work, range(workers))).count(True) == 1
    assert [attempt.state for attempt in store.attempts("d")] == ["done"]


def test_the_claim_of_a_killed_process_on_this_host_is_taken_over_at_once(uri: str, store: Store) -> None:
    with holder(uri, "d", 3600) as owner:
        owner.send_signal(signal.SIGKILL)
        # Not waited for: as a zombie it still has its pid, and is dead all the same.
        deadline = time.monotonic() + 10
        while store.attempts("d")[0].state == "running" and time.monotonic() < deadline:
            time.sleep(0.01)
        with store.claimed("d", "a cell") as attempt:
            assert attempt.number == 2
    assert [past.state for past in store.attempts("d")] == ["killed", "done"]


def test_a_later_process_with_the_same_pid_is_not_taken_for_the_owner(uri: str, store: Store) -> None:
    with holder(uri, "d", 3600):
        _change_owner(store, process_started="1")
        with store.claimed("d", "a cell") as attempt:
            assert attempt.number == 2


def test_the_claim_of_a_killed_process_on_another_host_is_taken_over_when_it_has_expired(
    uri: str, store: Store
) -> None:
    with holder(uri, "d", LEASE) as owner:
        owner.kill()
        owner.wait()
    _change_owner(store, host="elsewhere", boot_id="another machine")
    with pytest.raises(ClaimedElsewhere, match="on elsewhere"), store.claimed("d", "a cell"):
        pass
    time.sleep(LEASE + 0.1)
    assert [past.state for past in store.attempts("d")] == ["killed"]
    with store.claimed("d", "a cell"):
        pass
    assert [past.state for past in store.attempts("d")] == ["killed", "done"]


def test_a_heartbeat_keeps_a_claim_alive_beyond_its_lease(objects: Objects) -> None:
    store = Store(objects, lease_seconds=LEASE)
    with store.claimed("d", "a cell") as first:
        time.sleep(1.5 * LEASE)
        (now,) = store.attempts("d")
        assert now.state == "running"
        assert now.expires > first.expires
        with pytest.raises(ClaimedElsewhere), store.claimed("d", "a cell"):
            pass
    expires = store.attempts("d")[0].expires
    time.sleep(LEASE / 2)
    assert store.attempts("d")[0].expires == expires, "the heartbeat must end with the block"


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_a_claim_that_cannot_be_read_lapses_a_lease_after_it_was_written(objects: Objects, content: bytes) -> None:
    objects.write("claims/d/1.json", content)
    with pytest.raises(ClaimedElsewhere, match="by an unknown process since "), Store(objects).claimed("d", "a cell"):
        pass
    store = Store(objects, lease_seconds=LEASE / 4)
    time.sleep(LEASE / 4 + 0.1)
    (lapsed,) = store.attempts("d")
    assert lapsed.state == "killed"
    assert f"claims/d/1.json in {store.uri} is not a valid claim: " in lapsed.reason
    with store.claimed("d", "a cell"):
        pass
    assert [past.state for past in store.attempts("d")] == ["killed", "done"]


def test_a_damaged_claim_of_a_live_process_is_respected_until_its_heartbeat_writes_it_anew(objects: Objects) -> None:
    store = Store(objects, lease_seconds=2 * LEASE)
    with store.claimed("d", "a cell") as mine:
        objects.write("claims/d/1.json", b"")
        with pytest.raises(ClaimedElsewhere), Store(objects).claimed("d", "a cell"):
            pass
        time.sleep(LEASE)
        (now,) = store.attempts("d")
        assert (now.state, now.owner) == ("running", mine.owner)
    assert [past.state for past in store.attempts("d")] == ["done"]


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_an_outcome_that_cannot_be_read_says_that_its_attempt_is_over(store: Store, content: bytes) -> None:
    with store.claimed("d", "a cell"):
        pass
    store.objects.write("outcomes/d/1.json", content)
    (over,) = store.attempts("d")
    assert over.state == "killed"
    assert f"outcomes/d/1.json in {store.uri} is not a valid outcome: " in over.reason
    with store.claimed("d", "a cell"):
        pass
    assert [past.state for past in store.attempts("d")] == ["killed", "done"]


def test_an_outcome_is_told_although_its_claim_cannot_be_read(store: Store) -> None:
    with pytest.raises(RequestError), store.claimed("d", "a cell"):
        raise RequestError("broken")
    store.objects.write("claims/d/1.json", b"")
    assert [(past.state, past.reason) for past in store.attempts("d")] == [("failed", "broken")]


def test_other_files_beside_the_claims_are_no_attempts(store: Store) -> None:
    for name in (".DS_Store", "01.json", "1.json.bak", "0.json", "old/7.json"):
        store.objects.write(f"claims/d/{name}", b"")
    assert store.attempts("d") == []
    with store.claimed("d", "a cell") as attempt:
        assert attempt.number == 1


def test_what_can_neither_be_written_nor_read_in_a_claims_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "claims" / "d" / "1.json").mkdir(parents=True)
    store = open_store(str(tmp_path))
    with pytest.raises(RequestError, match=r"claims/d/1\.json in .* can neither be written nor read; remove what is"):
        store.claimed("d", "a cell").__enter__()


def _change_owner(store: Store, **changes: str) -> None:
    """Rewrite who holds the first claim on ``d``, as if it had been made elsewhere or before."""
    claim = json.loads(store.objects.read("claims/d/1.json"))
    claim["owner"] |= changes
    store.objects.write("claims/d/1.json", json.dumps(claim).encode())
