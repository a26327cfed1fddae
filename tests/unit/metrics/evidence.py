"""Evidence without trained networks: what readers of brightness make of images."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fer.data.dataset import Dataset, Split
from fer.evaluators.judge import Reader
from fer.metrics.assessment import compare
from fer.metrics.evidence import FEATURES, JUDGE, READER, Evidence, Network, gather
from tests.unit.evaluators.readers import BrightnessReader


def evidence_of(
    dataset: Dataset,
    samples: Split,
    *,
    uniform: bool = False,
    seen: NDArray[np.int64] | None = None,
    readers: Mapping[str, Reader] | None = None,
) -> Evidence:
    """What is known of ``samples``; ``readers`` replace the reader of brightness in some roles."""
    brightness: dict[str, Reader] = {role: BrightnessReader(len(dataset.classes)) for role in (FEATURES, JUDGE, READER)}
    networks = {
        name: Network(reader, {"classifier": f"brightness for {name}", "validation_accuracy": 0.5})
        for name, reader in {**brightness, **(readers or {})}.items()
    }
    return gather(compare(dataset, samples, uniform=uniform, seen=seen), networks)
