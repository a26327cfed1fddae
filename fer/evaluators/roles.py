"""What evaluators are for: one line for each role. Importing this costs no torch, since studies name roles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One use of a classifier that was trained on real images."""

    classifier: str
    """Its network where the study names none."""
    purpose: str
    """What it does, in words."""


ROLES: dict[str, Role] = {
    "judge": Role("cnn", "scores every snapshot of a generator's training"),
    "features": Role("convnext_tiny", "gives the features by which an assessment compares samples with real images"),
    "reader": Role("densenet121", "reads the samples' labels in an assessment; of another architecture than the judge"),
}
EVALUATOR = "evaluator:"
"""Begins the name of an evaluator among a recipe's inputs; the role follows."""
SEED = 1_000_000
"""Of every evaluator, in any study: one yardstick for all generators and seeds. Cells have seeds of their own, so that
none of them begins with an evaluator's initial weights."""
