"""Following a workflow: its state again and again until it is over, and what its pods say."""

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from fer.errors import StageError, TryAgain
from jobs.cluster import Cluster, NoLog
from jobs.steps import ENDED, Attempt, Step, Workflow, read_workflow

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
_OF_ARGO = re.compile(r"^time=\S+ level=\w+ msg=.* argo=true\b")
"""What the program that Argo puts around a stage says of itself."""
PATIENCE_SECONDS = 120.0
"""How long a server may be away before following ends; the workflow itself does not mind."""
_CONNECTED_SECONDS = 30.0
"""An attempt to read that took longer than this had reached the server."""


def states(cluster: Cluster, name: str) -> Iterator[Workflow]:
    """The workflow every two seconds, the last time once it is over.

    Raises RequestError where there is none, and TryAgain where the server stays away.
    """
    seen = time.monotonic()
    while True:
        try:
            workflow = read_workflow(cluster.workflow(name))
        except TryAgain as error:
            if time.monotonic() - seen > PATIENCE_SECONDS:
                raise
            logger.warning("%s; trying again", error)
        else:
            seen = time.monotonic()
            yield workflow
            if workflow.is_over:
                return
        time.sleep(PAUSE_SECONDS)


class Logs:
    """What the pods of a workflow say: what has ended is said at once, the rest in threads, as it comes."""

    def __init__(self, cluster: Cluster, workflow: str, say: Callable[[Step, str], None]) -> None:
        self._cluster, self._workflow, self._say = cluster, workflow, say
        self._lock = threading.Lock()
        self._begun: set[str] = set()
        self._said: Counter[str] = Counter()
        """Lines of each pod."""
        self._threads: list[threading.Thread] = []

    def read(self, step: Step, attempt: Attempt) -> None:
        """See to it that the attempt's log is said, once, as soon as the attempt has begun."""
        if attempt.pod in self._begun or attempt.phase in ("", "Pending"):
            return
        self._begun.add(attempt.pod)
        if attempt.phase in ENDED:
            self._read(step, attempt)
            return
        # A daemon: it must not keep the program from ending with Ctrl-C.
        thread = threading.Thread(target=self._read, args=(step, attempt), name=attempt.pod, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Wait until what is being read has come to its end."""
        for thread in self._threads:
            thread.join()

    def _read(self, step: Step, attempt: Attempt) -> None:
        reached = time.monotonic()
        try:
            while True:
                began = time.monotonic()
                try:
                    if self._is_told(step, attempt):
                        return
                except TryAgain:
                    # Somebody between us and the server ends connections on which nothing is said for minutes.
                    now = time.monotonic()
                    if now - began > _CONNECTED_SECONDS:
                        reached = now
                    if now - reached > PATIENCE_SECONDS:
                        raise
                time.sleep(PAUSE_SECONDS / 2)
        except StageError as error:
            logger.warning("%s: %s", step, error)

    def _is_told(self, step: Step, attempt: Attempt) -> bool:
        """Say what there is and was not said; False where the container has not begun although its pod has."""
        try:
            for number, line in enumerate(self._cluster.log(self._workflow, attempt.pod, follow=True), start=1):
                if number <= self._said[attempt.pod]:
                    continue
                self._said[attempt.pod] = number
                if not _OF_ARGO.match(line):
                    with self._lock:
                        self._say(step, line)
        except NoLog as error:
            if error.may_come and attempt.phase not in ENDED:
                return False
            logger.warning("%s: nothing to read, since %s", step, error)
        return True
