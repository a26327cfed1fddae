"""``fer run`` on this machine, to compare with what a cluster made."""

import subprocess
from pathlib import Path

from jobs.context import Context, Request, open_context
from tests.commands import PROGRAM


class LocalRun:
    """A whole study on this machine, beside whatever else goes on."""

    def __init__(self, study: str | Path, folder: Path) -> None:
        """Start it, in a store of its own below ``folder``."""
        self._request = Request(str(study), str(folder / "store"))
        self._log = folder / "log"
        with self._log.open("wb") as log:
            command = (*PROGRAM, "run", self._request.study, "--store", self._request.store, "--workers", "1")
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def context(self) -> Context:
        """The finished study in its store."""
        assert self._process.wait(timeout=1200) == 0, self._log.read_text()
        return open_context(self._request)
