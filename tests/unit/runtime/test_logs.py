"""Messages for people on a terminal, and for machines elsewhere."""

import json
import logging
import os
import pty
import subprocess
import sys

import pytest

from fer.runtime.logs import set_up_logging

SAY = """
import logging
from fer.runtime.logs import set_up_logging
set_up_logging()
logging.getLogger("fer.test").info("all is well")
logging.getLogger("fer.test").warning("or not")
logging.getLogger("somebody.else").info("chatter")
"""


def test_without_a_terminal_each_message_is_a_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    logger = logging.getLogger("fer.test")
    logger.info("all is %s", "well")
    try:
        raise ValueError("oh")
    except ValueError:
        logger.exception("or not")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["message"]) == ("log", "info", "all is well")
    assert first["time"].endswith("+00:00")
    assert second["level"] == "error"
    assert second["traceback"].endswith("ValueError: oh")


def test_on_a_terminal_each_message_is_a_plain_line() -> None:
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", SAY], check=True, stderr=theirs)
    os.close(theirs)
    assert os.read(ours, 10_000).decode().splitlines() == ["all is well", "warning: or not"]
    os.close(ours)
