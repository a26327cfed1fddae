"""What the Makefile spells out once more."""

import re
import typing
from pathlib import Path

from fer.revisions import Stage

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_the_stages_that_local_stage_takes_are_all_there_are() -> None:
    line = re.search(r"^STAGES := (.*)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert line is not None
    assert tuple(line[1].split()) == typing.get_args(Stage)
