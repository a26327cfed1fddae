"""Stopping in an orderly way: SIGTERM and Ctrl-C set a flag, and whoever trains looks at it after every step."""

import signal
from types import FrameType

from fer.errors import Stopped


class StopFlag:
    """Set by the first SIGTERM or SIGINT; a second Ctrl-C ends the process at once."""

    def __init__(self) -> None:
        self.requested = False
        self._number: signal.Signals = signal.SIGTERM

    def install(self) -> None:
        """Take over SIGTERM and SIGINT. Only the main thread may call this."""
        signal.signal(signal.SIGTERM, self._request)
        signal.signal(signal.SIGINT, self._request)

    def install_at_once(self) -> None:
        """Like ``install``, but the signal itself raises Stopped: for work that has nothing to save and may be long."""
        signal.signal(signal.SIGTERM, self._raise)
        signal.signal(signal.SIGINT, self._raise)

    def check(self) -> None:
        """Raise Stopped where a stop was requested. Call it only where everything worth keeping has been saved."""
        if self.requested:
            stopped = Stopped(f"stopped by {self._number.name}; the same command goes on from here")
            stopped.exit_code = 128 + self._number
            raise stopped

    def _request(self, number: int, _frame: FrameType | None) -> None:
        if not self.requested:  # the first is why the work stops: fer run passes its own on to its workers
            self.requested, self._number = True, signal.Signals(number)
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self._request(number, frame)
        self.check()
