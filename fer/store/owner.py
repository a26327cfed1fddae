"""Who holds a claim: a process, named precisely enough that another one on the same machine can see that it is dead."""

import os
import socket
from pathlib import Path

from fer.store.records import Record


class Owner(Record):
    """A process. Its pid means something only within one boot of one kernel and one pid namespace (a container's)."""

    host: str
    boot_id: str
    """Empty on a system without /proc: there nobody's death can be seen, and claims end by expiry alone."""
    pid_namespace: str
    pid: int
    process_started: str
    """In clock ticks since boot: tells the process from a later one that got the same pid."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" if self.pid else "an unknown process"

    def is_known_dead(self) -> bool:
        """True where this process can see that the owner is gone; False where it runs or is out of sight."""
        if not self.boot_id or (self.boot_id, self.pid_namespace) != (_boot_id(), _pid_namespace()):
            return False
        return _process_started(self.pid) != self.process_started


UNKNOWN = Owner(host="", boot_id="", pid_namespace="", pid=0, process_started="")
"""Whoever made a claim that cannot be read."""


def this_process() -> Owner:
    """The process that asks."""
    pid = os.getpid()
    return Owner(
        host=socket.gethostname(),
        boot_id=_boot_id(),
        pid_namespace=_pid_namespace(),
        pid=pid,
        process_started=_process_started(pid),
    )


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.is_file() else ""


def _pid_namespace() -> str:
    path = Path("/proc/self/ns/pid")
    return str(path.readlink()) if path.is_symlink() else ""


def _process_started(pid: int) -> str:
    """Start time of a running process; empty where there is none, or only a zombie left for its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    fields = stat.rpartition(")")[2].split()  # the program's name, in parentheses, may hold anything
    return "" if fields[0] in "ZX" else fields[19]  # fields 3 (state) and 22 (starttime) of proc_pid_stat(5)
