"""Generators against each other, for every classifier and ratio."""

from typing import Any

from fer.report.evidence import difference_of, mcnemar_of
from fer.report.pairs import generator_pairs, judged, of_one_generator
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table
from fer.report.verdicts import HOLM, MCNEMAR, claim_about, difference_entries, with_leak_free
from fer.statistics.verdicts import holm

PAIR = (Column("generator", "Generator", head=True), Column("against", "Against", head=True))
DIFFERENCES = (
    Column("difference", "official", "signed", group="Difference"),
    Column("difference_interval", "95 % interval", "count", group="Difference"),
    Column("leak_free", "leak-free", "signed", group="Difference"),
    Column("about", "Claim about"),
    Column("p", "p", "chance"),
)


def comparisons_table(results: StudyResults) -> Table | None:
    """One row per pair of generators, classifier and ratio of which both have a finished cell of the same seed."""
    compared = [
        (pair, claim)
        for _, _, pairs in generator_pairs(results)
        for pair in pairs
        if (claim := difference_of(results, *pair)) is not None
    ]
    if not compared:
        return None
    verdicts = judged([claim for _, claim in compared], [[pair] for pair, _ in compared])
    tests = [mcnemar_of(results, *pair) for pair, _ in compared]
    corrected = iter(holm([p for p in tests if p is not None]))
    rows: list[dict[str, Any]] = []
    for ((first, second), claim), verdict, p in zip(compared, verdicts, tests, strict=True):
        leak_free = difference_of(results, first, second, "macro_f1_leak_free")
        rows.append(
            {
                "generator": first.generator,
                "against": second.generator,
                "classifier": first.classifier,
                "ratio": first.ratio,
                "volume": first.volume,
                **difference_entries("difference", claim),
                **difference_entries("leak_free", leak_free),
                "about": claim_about(claim, of_one_generator((first, second))),
                "p": verdict["p"],
                "verdict": with_leak_free(verdict["verdict"], leak_free),
                "mcnemar_p": None if p is None else next(corrected),
                "seeds": len(first.finished_seeds & second.finished_seeds),
            }
        )
    volumes, networks = any(row["volume"] > 1 for row in rows), any(p is not None for p in tests)
    return Table(
        name="comparisons",
        title="Generators against each other, for every classifier and ratio",
        columns=[
            *PAIR,
            Column("classifier", "Classifier", head=True),
            Column("ratio", "Real ratio", "ratio", head=True),
            *([Column("volume", "Volume", "whole", head=True)] if volumes else []),
            *DIFFERENCES,
            *([Column("mcnemar_p", "McNemar p", "chance")] if networks else []),
            Column("verdict", "The first is", "words"),
            Column("seeds", "Seeds", "whole"),
        ],
        rows=rows,
        note=(
            f"Macro-F1 of the first generator’s mix minus that of the second’s, same seeds. {HOLM}"
            f"{f' {MCNEMAR}' if networks else ''}"
        ),
        block=2,
    )
