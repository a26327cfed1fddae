"""Records which sources each stage's revision stands for: ``python -m tests.revisions STAGE --why "..."``.

Run it after a change of a stage's sources: after raising its revision in ``fer/revisions.py`` where results change, or
as it is where they cannot, with the reason why not.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from fer.revisions import REVISIONS, Stage

RECORD = Path(__file__).with_name("revisions.json")
ROOT = Path(__file__).parents[1]

_IMAGES = (
    "fer/data/decode.py",
    "fer/data/images.py",
    "fer/data/labels.py",
    "fer/data/resize.py",
    "fer/data/tree.py",
)
_MIX = ("fer/data/mix.py", "fer/data/proportions.py")
_JUDGING = ("fer/evaluators/*.py", "fer/metrics/frechet.py")
_TRAINING = ("fer/runtime/device.py", "fer/runtime/state.py")

# Globs below the root. Plumbing that cannot change results (store, progress, logs, errors) is left out.
SOURCES: dict[Stage, tuple[str, ...]] = {
    "prepare": (
        "fer/data/audit.py",
        "fer/data/dataset.py",
        "fer/data/drawn/*.py",
        "fer/data/duplicates.py",
        "fer/data/layouts.py",
        "fer/data/source.py",
        "fer/data/split.py",
        "fer/data/table.py",
        *_IMAGES,
    ),
    "plan": (
        "fer/cells.py",
        "fer/evaluators/roles.py",
        "fer/plan.py",
        "fer/recipes.py",
        "fer/schema.py",
        "fer/studies/__init__.py",
        "fer/study.py",
    ),
    "train-evaluator": (
        "fer/classifiers/*.py",
        "fer/metrics/classification.py",
        "jobs/train_evaluator.py",
        *_JUDGING,
        *_TRAINING,
    ),
    "train-gan": ("fer/generators/**/*.py", "jobs/train_gan.py", *_IMAGES, *_JUDGING, *_MIX, *_TRAINING),
    "generate": ("fer/generators/**/*.py", "fer/runtime/device.py", "jobs/generate.py", *_MIX),
    "assess": (
        "fer/classifiers/weights.py",
        "fer/data/duplicates.py",
        "fer/evaluators/agreement.py",
        "fer/evaluators/network.py",
        "fer/generators/sheets.py",
        "fer/metrics/*.py",
        "fer/runtime/device.py",
        "jobs/assess.py",
        *_MIX,
    ),
    "train": ("fer/classifiers/*.py", "fer/metrics/classification.py", "jobs/train.py", *_MIX, *_TRAINING),
    "report": ("fer/report/**/*", "fer/statistics/*.py"),
}


def sources(stage: Stage) -> list[Path]:
    """The files that decide what a stage computes."""
    found = {path for pattern in SOURCES[stage] for path in ROOT.glob(pattern)}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def digest(stage: Stage) -> str:
    """SHA-256 over the names and bytes of a stage's sources."""
    state = hashlib.sha256()
    for path in sources(stage):
        content = path.read_bytes()
        state.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
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
