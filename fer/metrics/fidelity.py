"""Label fidelity: how often a classifier reads the label that was asked for."""

from typing import Any

from fer.evaluators.agreement import agreement, chance, confusion_of
from fer.evaluators.labels import label_fault
from fer.metrics.evidence import HELD_OUT, JUDGE, READER, SAMPLES, Evidence


def measure_fidelity(evidence: Evidence) -> dict[str, Any]:
    """What ``reader`` and ``judge`` read in the samples, beside what they read in as many held-out real images.

    The reader's is the figure that counts: it is of another architecture than the judge, which the generator's
    snapshot was chosen by. ``agreement``: share of the ``images`` that are read as what was asked for; ``chance``: what
    shuffled labels would give; ``confusion``: rows are asked classes, columns those that were read; ``label_fault``:
    why the labels cannot be trusted or checked, None where they are sound (see ``fer.evaluators.labels``).
    """
    return {name: _read_by(evidence, name) for name in (READER, JUDGE)}


def _read_by(evidence: Evidence, network: str) -> dict[str, Any]:
    matched, classes = evidence.comparison.matched, evidence.comparison.dataset.classes
    confusion, real = (
        confusion_of(matched.labels, evidence.readings[network][side].labels, len(classes))
        for side in (SAMPLES, HELD_OUT)
    )
    return {
        "classifier": evidence.networks[network].about["classifier"],
        "images": len(matched),
        "agreement": agreement(confusion),
        "chance": chance(confusion)[0],
        "confusion": confusion.tolist(),
        "label_fault": label_fault(confusion, real, classes, reader=network),
        "real": {"images": len(matched), "agreement": agreement(real), "confusion": real.tolist()},
    }
