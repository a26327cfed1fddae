"""The revision number of each stage.

Raise a number when the stage's results change: everything made by the old revision, and all that follows from it, is
then made anew. A test knows each stage's sources, and fails until a change of them is recorded one way or the other.
"""

from typing import Literal

Stage = Literal["prepare", "plan", "train-evaluator", "train-gan", "generate", "assess", "train", "report"]

REVISIONS: dict[Stage, int] = {
    "prepare": 1,
    "plan": 3,
    "train-evaluator": 1,
    "train-gan": 6,
    "generate": 3,
    "assess": 5,
    "train": 1,
    "report": 7,
}
