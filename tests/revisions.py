"""Records which sources each stage's revision stands for: ``python -m tests.revisions STAGE --why "..."``.

Run it after a change of a stage's sources: after raising its revision in ``fer/revisions.py`` where results change, or
as it is where they cannot, with the reason why not.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from fer.revisions import REVISIONS, SOURCES, Stage

RECORD = Path(__file__).with_name("revisions.json")
PACKAGE = Path(__file__).parents[1] / "fer"


def sources(stage: Stage) -> list[Path]:
    """The files that decide what a stage computes."""
    found = {path for pattern in SOURCES[stage] for path in PACKAGE.glob(pattern)}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def digest(stage: Stage) -> str:
    """SHA-256 over the names and bytes of a stage's sources."""
    state = hashlib.sha256()
    for path in sources(stage):
        content = path.read_bytes()
        state.update(f"{path.relative_to(PACKAGE)} {len(content)}\n".encode() + content)
    return state.hexdigest()


def recorded() -> dict[str, list[dict[str, Any]]]:
    """Per stage what was recorded, oldest first: revision, digest and why."""
    loaded: dict[str, list[dict[str, Any]]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return loaded


def main() -> None:
    """Append what the sources are now."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=list(REVISIONS))
    parser.add_argument("--why", required=True, help="what changed, or why the change cannot alter results")
    arguments = parser.parse_args()
    record = recorded() if RECORD.exists() else {}
    entry = {"revision": REVISIONS[arguments.stage], "digest": digest(arguments.stage), "why": arguments.why}
    record.setdefault(arguments.stage, []).append(entry)
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
