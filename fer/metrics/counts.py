"""Samples per class, beside what was asked for."""

from typing import Any

from fer.data.mix import class_counts
from fer.metrics.comparison import Comparison


def measure_counts(comparison: Comparison) -> dict[str, Any]:
    """``asked`` and ``made``: images by class name."""
    classes = comparison.dataset.classes
    made = class_counts(comparison.synthetic.labels, len(classes))
    return {
        "asked": dict(zip(classes, comparison.asked, strict=True)),
        "made": dict(zip(classes, made, strict=True)),
    }
