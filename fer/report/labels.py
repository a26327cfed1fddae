"""Whether samples show the labels that were asked for, in words: what the answer must not keep silent about."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fer.evaluators.labels import SAY_NOTHING, fault_in_short, label_fault
from fer.report.format import share
from fer.report.results import StudyResults

READERS = ("reader", "judge")
"""Who reads labels in an assessment: the reader, whose figure counts, comes first."""


def label_sentences(results: StudyResults, generator: str) -> list[str]:
    """What is wrong with the labels of a generator's samples, or of single classes, a sentence for each reader.

    Empty where none does, and where no run of the generator is assessed. The first faulty run's figures stand for all.
    """
    runs = [
        assessment.figures["fidelity"] for assessment in results.assessments if assessment.run.generator == generator
    ]
    sentences = []
    for reader in READERS:
        faulty = [fidelity[reader] for fidelity in runs if fidelity[reader]["label_fault"] is not None]
        if faulty:
            where = f" in {len(faulty)} of {len(runs)} assessed runs" if len(runs) > 1 else ""
            sentences.append(f"As the {reader} sees it{where}, {_in_words(faulty[0], results.planned.classes)}.")
        classes = dict.fromkeys(
            name for fidelity in runs for name in unshown(fidelity[reader], reader, results.planned.classes)
        )
        if classes:
            sentences.append(f"As the {reader} sees it, samples of {' and '.join(classes)} do not show their label.")
    return sentences


def unshown(found: Mapping[str, Any], reader: str, classes: tuple[str, ...]) -> list[str]:
    """Classes whose samples the reader takes for them no more often than real images of other classes.

    ``found``: what an assessment has of this reader. A class is not among them where the reader could not tell even
    real images of it apart, as it may be with a rare one. Empty where the labels are faulty as a whole.
    """
    if found["label_fault"] is not None:
        return []
    asked, own = np.array(found["confusion"]), np.array(found["real"]["confusion"])
    names = []
    for number in np.flatnonzero(asked.sum(axis=1)):
        alone = np.zeros_like(asked)
        alone[number] = asked[number]
        fault = label_fault(alone, own, classes, reader)
        if fault is not None and fault_in_short(fault) == SAY_NOTHING:
            names.append(classes[number])
    return names


def most_read(confusion: list[list[int]], classes: tuple[str, ...]) -> tuple[str, float]:
    """The class that most images are read as, and their share; ``confusion``: (asked, read) counts."""
    read = [sum(column) for column in zip(*confusion, strict=True)]
    place = max(range(len(read)), key=read.__getitem__)
    return classes[place], read[place] / sum(read)


def _in_words(found: Mapping[str, Any], classes: tuple[str, ...]) -> str:
    name, taken = most_read(found["confusion"], classes)
    return (
        f"{fault_in_short(found['label_fault'])}: it reads {share(found['agreement'])} of the samples as asked for (by "
        f"chance {share(found['chance'])}, of real images {share(found['real']['agreement'])}), and {share(taken)} as "
        f"{name}"
    )
