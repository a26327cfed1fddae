"""One lock for the bars of several processes on one terminal."""

import fcntl
import threading
from pathlib import Path


class TerminalLock:
    """A lock between the threads and processes that open the same file; a thread may take it again while it holds it.

    Unlike a semaphore it ends with its holder: a worker killed while it draws a bar does not stop all others.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._threads = threading.RLock()
        self._depth = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; ``blocking`` and ``timeout`` concern this process's threads, as tqdm needs it."""
        if not self._threads.acquire(blocking, timeout):
            return False
        self._depth += 1
        if self._depth == 1:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._depth -= 1
        if self._depth == 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def __enter__(self) -> "TerminalLock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
