"""The figures of an assessment. A new one is a file with a function of a Comparison, and a line here."""

from collections.abc import Callable
from typing import Any

from fer.metrics.comparison import Comparison
from fer.metrics.copies import measure_copies
from fer.metrics.counts import measure_counts
from fer.metrics.pixels import measure_pixels

ASSESSMENT: dict[str, Callable[[Comparison], dict[str, Any]]] = {
    "counts": measure_counts,
    "pixels": measure_pixels,
    "copies": measure_copies,
}
"""By its key in ``assessment.json``; the values must be JSON."""
