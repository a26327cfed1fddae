"""Who makes which artifact now, and how earlier attempts ended: claims with a heartbeat, and outcomes.

Attempts at a digest are numbered objects ``claims/<digest>/<n>.json``, created conditionally; the highest one is the
claim, and its owner alone overwrites it. Taking over from a dead owner is creating the next number, so that nothing has
to be compared and swapped. Expiry trusts clocks to agree within a fraction of the lease. A claim saves work twice done;
it does not guard the artifact: publishing does (first wins).
"""

import logging
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime

from fer.errors import StageError, Stopped, TryAgain
from fer.store.objects import MissingObject, Objects
from fer.store.owner import Owner, this_process
from fer.store.records import Record

logger = logging.getLogger(__name__)

LEASE_SECONDS = 120.0
"""How long a claim lives without a sign of life; the heartbeat comes four times as often."""


class ClaimedElsewhere(TryAgain):
    """Another live process makes the artifact."""


class Claim(Record):
    """That a process works on an artifact, until ``expires`` unless the heartbeat moves it on."""

    what: str
    token: str
    """Unique to the claim: tells the writer whether it was its own create() that succeeded."""
    owner: Owner
    started: AwareDatetime
    expires: AwareDatetime

    def is_live(self) -> bool:
        """Whether the owner may still be working."""
        return datetime.now(UTC) < self.expires and not self.owner.is_known_dead()


class Outcome(Record):
    """How an attempt ended."""

    what: str
    state: Literal["done", "failed", "stopped"]
    reason: str
    """One line; empty where done."""
    exit_code: int
    seconds: float
    when: AwareDatetime


class Attempt(Record):
    """A claim and its outcome put together, for people."""

    number: int
    what: str
    owner: Owner
    started: AwareDatetime
    expires: AwareDatetime
    state: Literal["running", "done", "failed", "stopped", "killed"]
    reason: str
    seconds: float | None
    """Wall seconds of a finished attempt; None where nobody wrote them down (running, killed)."""


class Claims:
    """The claims and outcomes of a store."""

    def __init__(self, objects: Objects, lease_seconds: float = LEASE_SECONDS) -> None:
        self.objects = objects
        self.lease_seconds = lease_seconds

    @contextmanager
    def claimed(self, digest: str, what: str) -> Iterator[Attempt]:
        """Hold the claim on ``digest`` while the block runs, and record how the block ended.

        ``what`` says in words what is made. Raises ClaimedElsewhere, naming the owner, where another live process
        holds the claim. The outcome is "done", "stopped" (Stopped, KeyboardInterrupt), or "failed" with the
        first line of the error.
        """
        number, claim = self._take(digest, what)
        begun = time.monotonic()

        def beat() -> None:
            self.objects.write(
                _claim_key(digest, number), claim.model_copy(update={"expires": self._expiry()}).to_bytes()
            )

        def record(state: Literal["done", "failed", "stopped"], reason: str, exit_code: int) -> None:
            seconds, when = time.monotonic() - begun, datetime.now(UTC)
            outcome = Outcome(what=what, state=state, reason=reason, exit_code=exit_code, seconds=seconds, when=when)
            self.objects.write(_outcome_key(digest, number), outcome.to_bytes())

        with _Heartbeat(beat, self.lease_seconds / 4):
            try:
                yield _attempt(number, claim, None)
            except BaseException as error:
                stopped = isinstance(error, Stopped | KeyboardInterrupt)
                exit_code = _exit_code(error)
                try:
                    record("stopped" if stopped else "failed", _one_line(error), exit_code)
                except StageError as second:  # the first error says more than this one
                    logger.warning("the end of %s could not be recorded: %s", what, second)
                raise
            record("done", "", 0)

    def attempts(self, digest: str) -> list[Attempt]:
        """Every attempt at ``digest`` so far, oldest first."""
        numbers = self._numbers(digest)
        return [_attempt(number, self._claim(digest, number), self._outcome(digest, number)) for number in numbers]

    def _take(self, digest: str, what: str) -> tuple[int, Claim]:
        while True:
            numbers = self._numbers(digest)
            newest = numbers[-1] if numbers else 0
            if newest:
                other = self._claim(digest, newest)
                if self._outcome(digest, newest) is None and other.is_live():
                    left = (other.expires - datetime.now(UTC)).total_seconds()
                    raise ClaimedElsewhere(
                        f"{what} is being made by {other.owner} since {other.started:%Y-%m-%d %H:%M:%S} UTC"
                        f" (its claim lapses in {left:.0f} s unless renewed)"
                    )
            now, expires = datetime.now(UTC), self._expiry()
            claim = Claim(what=what, token=uuid.uuid4().hex, owner=this_process(), started=now, expires=expires)
            created = self.objects.create(_claim_key(digest, newest + 1), claim.to_bytes())
            if created or self._claim(digest, newest + 1).token == claim.token:
                return newest + 1, claim

    def _expiry(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.lease_seconds)

    def _numbers(self, digest: str) -> list[int]:
        keys = (info.key for info in self.objects.list(f"claims/{digest}/"))
        return sorted(int(key.rpartition("/")[2].removesuffix(".json")) for key in keys)

    def _claim(self, digest: str, number: int) -> Claim:
        key = _claim_key(digest, number)
        return Claim.from_bytes(self.objects.read(key), f"{key} in {self.objects.uri}")

    def _outcome(self, digest: str, number: int) -> Outcome | None:
        key = _outcome_key(digest, number)
        try:
            return Outcome.from_bytes(self.objects.read(key), f"{key} in {self.objects.uri}")
        except MissingObject:
            return None


class _Heartbeat:
    """Calls ``beat`` every ``seconds`` in a thread of its own while the block runs."""

    def __init__(self, beat: Callable[[], None], seconds: float) -> None:
        self._beat = beat
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self._beat()
            except StageError as error:  # the next beat may get through; if none does, the claim lapses, as it should
                logger.warning("heartbeat failed: %s", error)


def _claim_key(digest: str, number: int) -> str:
    return f"claims/{digest}/{number}.json"


def _outcome_key(digest: str, number: int) -> str:
    return f"outcomes/{digest}/{number}.json"


def _attempt(number: int, claim: Claim, outcome: Outcome | None) -> Attempt:
    known = {
        "number": number,
        "what": claim.what,
        "owner": claim.owner,
        "started": claim.started,
        "expires": claim.expires,
    }
    if outcome is not None:
        return Attempt(**known, state=outcome.state, reason=outcome.reason, seconds=outcome.seconds)
    if claim.is_live():
        return Attempt(**known, state="running", reason="", seconds=None)
    return Attempt(
        **known,
        state="killed",
        reason="its process ended without a word (killed, or its machine went away)",
        seconds=None,
    )


def _exit_code(error: BaseException) -> int:
    if isinstance(error, StageError):
        return error.exit_code
    return 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1


def _one_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    first = lines[0] if lines else ""
    if isinstance(error, StageError):
        return first
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
