"""A few persistent worker processes, each with an environment of its own; one that dies costs only its task.

``concurrent.futures`` gives up a whole pool when one process dies; pebble replaces the process, but gives all the same
initialisation (no GPU and terminal line of their own) and kills them three seconds after a stop, checkpoint or not.
"""

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from tqdm import tqdm

from fer.runtime.signals import StopFlag
from jobs.terminal import TerminalLock

Job = TypeVar("Job")
Answer = TypeVar("Answer")

SIGNALS = {signal.SIGINT, signal.SIGTERM}
SPAWN = multiprocessing.get_context("spawn")  # a forked copy of a process with threads or CUDA may hang


@dataclass(frozen=True)
class Death:
    """A worker ended in the middle of a job."""

    exit_code: int
    """As ``Process.exitcode``: the negative signal number where a signal ended it."""

    def __str__(self) -> str:
        if self.exit_code >= 0:
            return f"its process ended with exit status {self.exit_code}"
        name = signal.Signals(-self.exit_code).name
        return f"its process was ended by {name}{' (out of memory?)' if name == 'SIGKILL' else ''}"


@dataclass
class _Worker(Generic[Job]):
    process: BaseProcess
    pipe: "connection.Connection[Any, Any]"
    job: Job | None = None


class Pool(Generic[Job, Answer]):
    """Workers that call ``work(job, stop, *arguments)``, one job at a time each.

    ``work`` is importable, raises nothing, and returns an answer (not None) that can be pickled. ``environments`` holds
    one mapping of environment variables per worker. A worker starts with its first job and stays until told to stop:
    SIGTERM and SIGINT set its ``stop``, and so does the end of the pool's own process. Leaving the ``with`` block ends
    the workers, at once where it is left with an exception, else after their last job.
    """

    def __init__(
        self, work: Callable[..., Answer], arguments: tuple[Any, ...], environments: Sequence[Mapping[str, str]]
    ) -> None:
        self._work, self._arguments, self._environments = work, arguments, environments
        self._workers: list[_Worker[Job] | None] = [None] * len(environments)
        self._lock_file = tempfile.NamedTemporaryFile(prefix="fer-terminal-")  # noqa: SIM115 - closed by __exit__
        tqdm.set_lock(TerminalLock(Path(self._lock_file.name)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.signal(signal.SIGKILL)
        for worker in self._workers:
            if worker is not None:
                worker.pipe.close()
                worker.process.join()
        self._lock_file.close()

    @property
    def running(self) -> list[Job]:
        """The jobs that workers are at."""
        return [worker.job for worker in self._workers if worker is not None and worker.job is not None]

    @property
    def has_room(self) -> bool:
        """Whether a worker has nothing to do."""
        return len(self.running) < len(self._workers)

    def give(self, job: Job) -> None:
        """Let a worker begin with ``job``; there must be one with nothing to do. One that runs already is preferred."""
        idle = [index for index, worker in enumerate(self._workers) if worker is None or worker.job is None]
        index = min(idle, key=lambda index: (self._workers[index] is None, index))
        worker = self._workers[index]
        if worker is None or not worker.process.is_alive():  # not started, or died while it had nothing to do
            worker = self._workers[index] = self._start(self._environments[index])
        worker.job = job
        with suppress(BrokenPipeError):  # died just now: wait() says so
            worker.pipe.send(job)

    def wait(self, seconds: float) -> list[tuple[Job, Answer | Death]]:
        """The jobs that ended, each with its answer; waits for the first of them, but at most ``seconds``."""
        workers = enumerate(self._workers)
        busy = {worker.pipe: index for index, worker in workers if worker is not None and worker.job is not None}
        ended = connection.wait(list(busy), seconds)
        return [self._ended(index) for pipe, index in busy.items() if pipe in ended]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every worker."""
        for worker in self._workers:
            if worker is not None and worker.process.pid is not None and worker.process.is_alive():
                os.kill(worker.process.pid, number)

    def _ended(self, index: int) -> tuple[Job, Answer | Death]:
        worker = self._workers[index]
        assert worker is not None  # noqa: S101 - for the type checker
        assert worker.job is not None  # noqa: S101
        job, worker.job = worker.job, None
        answer: Answer | None = None
        with suppress(EOFError, ConnectionResetError):
            answer, stays = worker.pipe.recv()
            if stays:
                return job, answer
        worker.process.join()
        worker.pipe.close()
        self._workers[index] = None
        return job, Death(worker.process.exitcode or 0) if answer is None else answer

    def _start(self, environment: Mapping[str, str]) -> _Worker[Job]:
        ours, theirs = SPAWN.Pipe()
        arguments = (theirs, Path(self._lock_file.name), self._work, self._arguments)
        process = SPAWN.Process(target=_serve, args=arguments, daemon=True)
        resource_tracker.ensure_running()  # first, because its start lifts the mask
        with _environment(environment), _held_back(SIGNALS):
            process.start()
        theirs.close()
        return _Worker(process, ours)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a child that is being started: some count only from its first instruction on."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _held_back(signals: set[signal.Signals]) -> Iterator[None]:
    """Hold signals back; a child started meanwhile does so too, until it has its handlers, and so survives Ctrl-C."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    pipe: "connection.Connection[Any, Any]", lock_file: Path, work: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """The life of a worker: jobs from the pipe, answers and whether it stays into it, until one side leaves."""
    stop = StopFlag()
    stop.install()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    tqdm.set_lock(TerminalLock(lock_file))
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        stays = True
        while stays:
            answer = work(pipe.recv(), stop, *arguments)
            stays = not stop.requested
            pipe.send((answer, stays))


def _stop_with_parent(stop: StopFlag) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - for the type checker
    connection.wait([parent.sentinel])
    stop.requested = True
