"""Logs of pods on a connection that breaks off: what was said is not said again, and what follows is not lost."""

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import cast

import pytest

from fer.errors import TryAgain
from jobs import follow
from jobs.cluster import Cluster
from jobs.follow import Logs
from jobs.steps import Attempt, Step

ATTEMPT = Attempt("pod", "Succeeded", 0)
STEP = Step("1", "train", "cnn", "Succeeded", "", None, None, (ATTEMPT,))


class Server:
    """Has a log of four lines, and ends every connection after a certain number of them."""

    def __init__(self, ends: Iterable[int]) -> None:
        self._ends = iter(ends)

    def log(self, workflow: str, pod: str, *, follow: bool) -> Iterator[str]:  # noqa: ARG002
        end = next(self._ends, 4)
        yield from ("one", "time=now level=info msg=begun argo=true", "two", "three")[:end]
        if end < 4:
            raise TryAgain("the log broke off")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PAUSE_SECONDS", 0.0)


def said(server: Server) -> list[str]:
    lines: list[str] = []
    # It is asked for logs alone.
    Logs(cast("Cluster", server), "grid", lambda _, line: lines.append(line)).read(STEP, ATTEMPT)
    return lines


def test_a_log_that_breaks_off_is_taken_up_where_it_was() -> None:
    assert said(Server([1, 0, 2, 3])) == ["one", "two", "three"]


def test_a_server_that_stays_away_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(follow, "PATIENCE_SECONDS", 0.05)
    assert said(Server(repeat(1))) == ["one"]
    assert caplog.messages == ["train cnn: the log broke off"]
