"""What a worker process of ``fer run`` does with a task."""

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fer.errors import RequestError, Stopped, TryAgain
from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.logs import set_up_logging
from fer.runtime.signals import StopFlag
from fer.store import ClaimedElsewhere, Store, open_store
from jobs.context import Request
from jobs.stages import execute

logger = logging.getLogger(__name__)


State = Literal["made", "exists", "failed", "stopped", "claimed elsewhere", "try again"]


@dataclass(frozen=True)
class Answer:
    """How a task ended."""

    state: State
    reason: str
    """One line; empty where it ended well."""
    seconds: float


def do_task(task: Task, stop: StopFlag, planned: PlannedStudy, request: Request) -> Answer:
    """Make a task's artifact; nothing but the death of the process goes past the answer."""
    begun = time.monotonic()
    state, reason = _try(task, stop, planned, request)
    return Answer(state, reason, time.monotonic() - begun)


def _try(task: Task, stop: StopFlag, planned: PlannedStudy, request: Request) -> tuple[State, str]:
    try:
        stop.check()
        made = execute(planned, task, _store(request.store), stop, request)
    except ClaimedElsewhere as error:
        return "claimed elsewhere", str(error)
    except TryAgain as error:
        return "try again", str(error)
    except (Stopped, KeyboardInterrupt) as error:
        return "stopped", str(error)
    except RequestError as error:
        return "failed", str(error)
    except Exception as error:
        logger.exception("%s: this is a bug", task)
        return "failed", f"{type(error).__name__}: {error}".splitlines()[0]
    return "made" if made.here else "exists", ""


@cache
def _store(uri: str) -> Store:
    """The worker's own connection, opened with its first task."""
    set_up_logging()
    return open_store(uri)
