"""Label fidelity: how often a classifier reads the label that was asked for."""

from typing import Any

import numpy as np

from fer.evaluators.agreement import agreement, chance, confusion_of
from fer.metrics.evidence import HELD_OUT, JUDGE, READER, SAMPLES, Evidence


def measure_fidelity(evidence: Evidence) -> dict[str, Any]:
    """What ``reader`` and ``judge`` read in the samples, beside what they read in as many held-out real images.

    The reader's is the figure that counts: it is of another architecture than the judge, which the generator's
    snapshot was chosen by. ``agreement``: share of the ``images`` that are read as what was asked for; ``chance``: what
    shuffled labels would give; ``confusion``: rows are asked classes, columns those that were read.
    """
    return {name: _read_by(evidence, name) for name in (READER, JUDGE)}


def _read_by(evidence: Evidence, network: str) -> dict[str, Any]:
    matched, classes = evidence.comparison.matched, len(evidence.comparison.dataset.classes)
    confusion, real = (
        confusion_of(matched.labels, evidence.readings[network][side].labels, classes) for side in (SAMPLES, HELD_OUT)
    )
    return {
        "classifier": evidence.networks[network].about["classifier"],
        "images": len(matched),
        "agreement": agreement(confusion),
        "chance": chance(confusion)[0],
        "confusion": np.asarray(confusion).tolist(),
        "real": {"images": len(matched), "agreement": agreement(real)},
    }
