"""The loop of ``fer run``: ready tasks to free workers, answers into the schedule, until everything has ended."""

import signal
import time
from collections.abc import Mapping, Sequence

from fer.plan import Task
from fer.recipes import PlannedStudy
from fer.runtime.signals import StopFlag
from jobs.context import Request
from jobs.pace import Pace
from jobs.pool import Death, Pool
from jobs.schedule import Ending, Schedule
from jobs.study_line import StudyLine
from jobs.worker import Answer, do_task

TICK_SECONDS = 0.5


def work_through(
    schedule: Schedule,
    planned: PlannedStudy,
    request: Request,
    environments: Sequence[Mapping[str, str]],
    pace: Pace,
    stop: StopFlag,
) -> None:
    """Bring every task of the schedule to an end, with one worker process per environment.

    Raises Stopped once a requested stop has reached the workers and they have saved what they need to go on.
    """
    began: dict[str, float] = {}
    pool = Pool[Task, Answer](do_task, (planned, request), environments)
    line = StudyLine(planned.study.name, schedule, pace, len(environments))
    with pool, line:
        while not schedule.is_over and not stop.requested:
            while pool.has_room and (task := schedule.next(time.monotonic())) is not None:
                began[task.digest] = time.monotonic()
                pool.give(task)
            for task, answer in pool.wait(TICK_SECONDS):
                del began[task.digest]
                _take_in(schedule, task, answer, pace, line)
            line.tick({digest: time.monotonic() - when for digest, when in began.items()})
        if stop.requested:
            pool.signal(signal.SIGTERM)
            while pool.running:
                for task, answer in pool.wait(TICK_SECONDS):
                    _take_in(schedule, task, answer, pace, line)
    stop.check()


def _take_in(schedule: Schedule, task: Task, answer: Answer | Death, pace: Pace, line: StudyLine) -> None:
    now = time.monotonic()
    if isinstance(answer, Death):
        _end(schedule, task, Ending("killed", str(answer)), line)
    elif answer.state in ("made", "exists"):
        if answer.state == "made":
            pace.record(task, answer.seconds)
        schedule.done(task)
    elif answer.state == "claimed elsewhere":
        if not schedule.is_awaited(task):
            line.note(f"waiting: {answer.reason}")
        schedule.wait_for_other(task, now)
        return
    elif answer.state == "try again":
        pause = schedule.try_again(task, answer.reason, now)
        if pause is not None:
            line.note(f"{task}: {answer.reason}; trying again in {pause:.0f} s")
        else:
            line.ended(task, schedule.endings[task.digest])
    else:
        _end(schedule, task, Ending("stopped" if answer.state == "stopped" else "failed", answer.reason), line)
    line.changed()


def _end(schedule: Schedule, task: Task, ending: Ending, line: StudyLine) -> None:
    schedule.end(task, ending)
    line.ended(task, ending)
