"""Whether samples show the labels that were asked for, in words: what the answer must not keep silent about."""

from collections.abc import Mapping
from typing import Any

from fer.evaluators.labels import fault_in_short
from fer.report.format import share
from fer.report.results import StudyResults

READERS = ("reader", "judge")
"""Who reads labels in an assessment: the reader, whose figure counts, comes first."""


def label_sentences(results: StudyResults, generator: str) -> list[str]:
    """What is wrong with the labels of a generator's samples, a sentence for each reader that finds a fault.

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
    return sentences


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
