"""The cluster of the current context, through kubectl and argo."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

NAMESPACE = "fer"


def run(*command: str, given: str | None = None, seconds: float = 120) -> str:
    """Standard output of a program; AssertionError with what it said where it fails."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def kubectl(*arguments: str, given: str | None = None, seconds: float = 120) -> str:
    """kubectl in the namespace, unless the arguments name another one."""
    return run("kubectl", f"--namespace={NAMESPACE}", *arguments, given=given, seconds=seconds)


def get(*arguments: str) -> dict[str, Any]:
    """An object, or a list of them, as the API server has it."""
    found: dict[str, Any] = json.loads(kubectl("get", "--output=json", *arguments))
    return found


def patch(*what: str, to: dict[str, Any]) -> None:
    """Merge ``to`` into an object."""
    kubectl("patch", *what, "--type=merge", f"--patch={json.dumps(to)}")


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 300, every: float = 1) -> Any:
    """Wait for ``condition()`` to be true of anything, and return that."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(every)
    return found


class PodWatch:
    """Every state of the namespace's pods that the API server told of while the block ran, in its order."""

    def __init__(self, selector: str) -> None:
        self._selector = selector
        self.states: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        command = ("kubectl", f"--namespace={NAMESPACE}", "get", "pods", f"--selector={self._selector}")
        self._process = subprocess.Popen(
            [*command, "--watch", "--output-watch-events", "--output=json"], stdout=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(2)  # for what is still on its way
        self._process.terminate()
        self._thread.join()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            self.states.append({"event": event["type"], **event["object"]})

    def last(self) -> dict[str, dict[str, Any]]:
        """The last state of every pod by its name."""
        return {state["metadata"]["name"]: state for state in self.states}

    def counts(self, holds: Callable[[dict[str, Any]], bool]) -> Iterator[int]:
        """After each event, for how many pods ``holds`` was true."""
        true: set[str] = set()
        for state in self.states:
            name = state["metadata"]["name"]
            if state["event"] != "DELETED" and holds(state):
                true.add(name)
            else:
                true.discard(name)
            yield len(true)


@contextmanager
def patched(*what: str, to: dict[str, Any]) -> Iterator[None]:
    """Merge ``to`` into an object while the block runs; the object's own values of the same keys come back after it."""
    before = get(*what)
    patch(*what, to=to)
    try:
        yield
    finally:
        patch(*what, to=_former(before, to))


@contextmanager
def kept(*what: str) -> Iterator[None]:
    """Give an object's data back to it after the block."""
    with patched(*what, to={"data": get(*what)["data"]}):
        yield


def _former(before: Any, change: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _former(before[key], value) if isinstance(value, dict) and key in before else before.get(key)
        for key, value in change.items()
    }
