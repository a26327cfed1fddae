"""What a command says while it works, on standard error: short lines on a terminal, JSON lines elsewhere."""

import json
import logging
import sys
from datetime import UTC, datetime

_TRACEBACKS = logging.Formatter()


class _TerminalHandler(logging.Handler):
    """Lines above the progress bars."""

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        prefix = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        tqdm.write(prefix + self.format(record), file=sys.stderr)


class _JsonHandler(logging.Handler):
    """One JSON object per line: event, level, message, time (UTC), and the traceback where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        line = {"event": "log", "level": record.levelname.lower(), "message": record.getMessage()}
        line["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if record.exc_info:
            line["traceback"] = _TRACEBACKS.formatException(record.exc_info)
        print(json.dumps(line), file=sys.stderr, flush=True)


def set_up_logging(level: int = logging.INFO) -> None:
    """Send this program's messages from ``level`` on, and warnings of libraries, to standard error."""
    handler: logging.Handler = _TerminalHandler() if sys.stderr.isatty() else _JsonHandler()
    logging.basicConfig(handlers=[handler], format="%(message)s", level=logging.WARNING, force=True)
    for name in ("fer", "jobs"):
        logging.getLogger(name).setLevel(level)
