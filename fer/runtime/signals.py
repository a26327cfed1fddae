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

    def check(self) -> None:
        """Raise Stopped where a stop was requested. Call it only where everything worth keeping has been saved."""
        if self.requested:
            stopped = Stopped(f"stopped by {self._number.name}; the same command goes on from here")
            stopped.exit_code = 128 + self._number
            raise stopped

    def _request(self, number: int, _frame: FrameType | None) -> None:
        self.requested = True
        self._number = signal.Signals(number)
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
