"""The revision number of each stage, and the sources that decide what it computes.

Raise a number when the stage's results change: everything made by the old revision, and all that follows from it, is
then made anew. ``tests/unit/test_revisions.py`` fails until a change of the sources is recorded one way or the other.
"""

from typing import Literal

Stage = Literal["prepare", "plan", "train-gan", "generate", "assess", "train", "report"]

REVISIONS: dict[Stage, int] = {
    "prepare": 1,
    "plan": 1,
    "train-gan": 1,
    "generate": 1,
    "assess": 1,
    "train": 1,
    "report": 1,
}

# Globs below the package folder. Shared plumbing (store, progress, errors) cannot change results and is left out.
SOURCES: dict[Stage, tuple[str, ...]] = {
    "prepare": ("data/*.py",),
    "plan": ("study.py", "plan.py"),
    "train-gan": ("data/mix.py", "data/proportions.py", "generators/**/*.py", "runtime/device.py", "runtime/state.py"),
    "generate": ("data/proportions.py", "generators/**/*.py", "runtime/device.py"),
    "assess": ("metrics/pixels.py", "metrics/copies.py"),
    "train": (
        "classifiers/*.py",
        "data/mix.py",
        "data/proportions.py",
        "metrics/classification.py",
        "runtime/device.py",
        "runtime/state.py",
    ),
    "report": ("report/**/*",),
}
