"""The figures of an assessment. A new one is a file with a function, and a line here."""

from collections.abc import Callable
from typing import Any

from fer.metrics.comparison import Comparison
from fer.metrics.copies import measure_copies
from fer.metrics.counts import measure_counts
from fer.metrics.distances import measure_distances
from fer.metrics.divergence import measure_divergence
from fer.metrics.diversity import measure_diversity
from fer.metrics.evidence import FEATURES, INCEPTION, JUDGE, READER, Evidence
from fer.metrics.fidelity import measure_fidelity
from fer.metrics.memorisation import measure_memorisation
from fer.metrics.pixels import measure_pixels


def describe_networks(evidence: Evidence) -> dict[str, Any]:
    """What is said of each network; None for Inception where its weights were not given."""
    known = {name: dict(network.about) for name, network in evidence.networks.items()}
    return {name: known.get(name) for name in (FEATURES, JUDGE, READER, INCEPTION)}


OF_IMAGES: dict[str, Callable[[Comparison], dict[str, Any]]] = {
    "counts": measure_counts,
    "pixels": measure_pixels,
    "copies": measure_copies,
}
"""What the images themselves say, by its key in ``assessment.json``; the values must be JSON."""

OF_READINGS: dict[str, Callable[[Evidence], dict[str, Any]]] = {
    "networks": describe_networks,
    "distances": measure_distances,
    "divergence": measure_divergence,
    "fidelity": measure_fidelity,
    "memorisation": measure_memorisation,
    "diversity": measure_diversity,
}
"""What networks make of them, in the same way."""
