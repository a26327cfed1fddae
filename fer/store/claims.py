"""Who makes which artifact now, and how earlier attempts ended: claims with a heartbeat, and outcomes.

Attempts at a digest are numbered objects ``claims/<digest>/<n>.json``, created conditionally; the highest one is the
claim, and its owner alone overwrites it. Taking over from a dead owner is creating the next number, so that nothing has
to be compared and swapped. Expiry trusts clocks to agree within a fraction of the lease. A claim saves work twice done;
it does not guard the artifact: publishing does (first wins).

A record that cannot be read is damaged, and not half written: every write is atomic. Such a claim lives for a lease
from when it was last written, as it will have said itself; such an outcome says at least that its attempt is over.
"""

import logging
import re
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal, Self, TypeVar

from pydantic import AwareDatetime

from fer.errors import RequestError, StageError, Stopped, TryAgain
from fer.store.objects import MissingObject, Objects, unusable
from fer.store.owner import UNKNOWN, Owner, this_process
from fer.store.reading import at_once
from fer.store.records import Record

logger = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)
AttemptState = Literal["running", "done", "failed", "stopped", "killed"]

LEASE_SECONDS = 120.0
"""How long a claim lives without a sign of life; the heartbeat comes four times as often."""

_KEY = re.compile(r"(?:claims|outcomes)/([^/]+)/([1-9][0-9]*)\.json")
"""Digest and number of a record; other files below, such as a file manager's, are none."""
_NO_WORD = "its process ended without a word (killed, or its machine went away)"


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
    """Like ``owner`` unknown, and ``started`` the time of the last heartbeat, where the claim cannot be read."""
    owner: Owner
    started: AwareDatetime
    expires: AwareDatetime
    state: AttemptState
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
                yield _told(number, claim, "running")
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
        return [self._attempt(digest, number, written) for number, written in self._listed(digest)]

    def unreadable(self) -> list[str]:
        """What is wrong with each claim and outcome that cannot be read, and what to remove, in one line each."""
        keys = [info.key for kind in ("claims/", "outcomes/") for info in self.objects.list(kind)]
        lines = at_once(self._problem, (named for key in keys if (named := _KEY.fullmatch(key))))
        return [line for line in lines if line]

    def _problem(self, named: re.Match[str]) -> str:
        key, outcome = named[0], _outcome_key(named[1], int(named[2]))
        if key == outcome:
            _, problem = self._read(Outcome, key)
            return f"{problem}; remove it" if problem else ""
        _, problem = self._read(Claim, key)
        return f"{problem}; remove it, and {outcome} with it" if problem else ""  # a new claim has no outcome

    def _take(self, digest: str, what: str) -> tuple[int, Claim]:
        while True:
            listed = self._listed(digest)
            newest = listed[-1][0] if listed else 0
            if listed:
                other = self._attempt(digest, *listed[-1])
                if other.state == "running":
                    left = (other.expires - datetime.now(UTC)).total_seconds()
                    raise ClaimedElsewhere(
                        f"{what} is being made by {other.owner} since {other.started:%Y-%m-%d %H:%M:%S} UTC"
                        f" (its claim lapses in {left:.0f} s unless renewed)"
                    )
            now, expires = datetime.now(UTC), self._expiry()
            claim = Claim(what=what, token=uuid.uuid4().hex, owner=this_process(), started=now, expires=expires)
            if self._create(_claim_key(digest, newest + 1), claim.to_bytes()):
                return newest + 1, claim

    def _create(self, key: str, data: bytes) -> bool:
        """Whether ``data``, which nobody else writes, is what lies there now. RequestError where nothing ever will."""
        if self.objects.create(key, data):
            return True
        try:
            return self.objects.read(key) == data
        except MissingObject:
            raise unusable(self.objects, key) from None

    def _expiry(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.lease_seconds)

    def _listed(self, digest: str) -> list[tuple[int, datetime]]:
        """The numbers of the attempts, in order, with when their claims were last written."""
        found = ((_KEY.fullmatch(info.key), info.modified) for info in self.objects.list(f"claims/{digest}/"))
        return sorted((int(key[2]), written) for key, written in found if key)

    def _attempt(self, digest: str, number: int, written: datetime) -> Attempt:
        claim, no_claim = self._read(Claim, _claim_key(digest, number))
        outcome, no_outcome = self._read(Outcome, _outcome_key(digest, number))
        if claim is None:
            # A live owner's next heartbeat writes it anew: until then nobody should do the work a second time.
            expires = written + timedelta(seconds=self.lease_seconds)
            claim = Claim(what="", token="", owner=UNKNOWN, started=written, expires=expires)
        if outcome is not None:
            return _told(number, claim, outcome.state, outcome.reason, outcome.seconds)
        if claim.is_live() and not no_outcome:
            return _told(number, claim, "running")
        problem = no_outcome or no_claim
        reason = f"how it ended is not known: {problem}" if problem else _NO_WORD
        return _told(number, claim, "killed", reason)

    def _read(self, kind: type[R], key: str) -> tuple[R | None, str]:
        """The record, or None and what is wrong with it: nothing where there is none."""
        try:
            data = self.objects.read(key)
        except MissingObject:
            return None, ""
        try:
            return kind.from_bytes(data, f"{key} in {self.objects.uri}"), ""
        except RequestError as error:
            return None, str(error)


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


def _told(number: int, claim: Claim, state: AttemptState, reason: str = "", seconds: float | None = None) -> Attempt:
    return Attempt(
        number=number,
        what=claim.what,
        owner=claim.owner,
        started=claim.started,
        expires=claim.expires,
        state=state,
        reason=reason,
        seconds=seconds,
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
