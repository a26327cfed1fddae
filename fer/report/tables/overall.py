"""Generators against each other, on average over all classifiers and ratios."""

from typing import Any

from fer.report.evidence import leak_free_claim
from fer.report.pairs import NOT_OF_ONE, JudgedAverage, judged_averages
from fer.report.results import StudyResults
from fer.report.tables.comparisons import DIFFERENCES, PAIR
from fer.report.tables.table import Column, Table
from fer.report.verdicts import HOLM, claim_about, difference_entries, seeds_to_see, with_leak_free
from fer.statistics.claims import Claim, NetworksClaim


def overall_table(results: StudyResults) -> Table | None:
    """One row per pair of generators that share a training set and a seed."""
    rows = [_row(results, compared) for compared in judged_averages(results)]
    if not rows:
        return None
    return Table(
        name="overall",
        title="Generators against each other, on average",
        columns=[
            *PAIR,
            Column("training_sets", "Training sets", "whole"),
            *DIFFERENCES,
            Column("verdict", "The first is", "words"),
            Column("seeds", "Seeds", "whole"),
            Column("seeds_for_a_point", "Seeds to see a point", "count"),
        ],
        rows=rows,
        note=(
            "The mean difference of macro-F1 over the training sets, classifiers and ratios, that both generators have "
            f"finished for the same seeds. {HOLM} The last column says how many seeds it would take to see a true "
            "difference of 0.010 with a chance of 80 %, if differences spread between seeds as they did here. Where "
            "one trained generator serves all seeds of any of these training sets, there is neither verdict nor number."
        ),
    )


def _row(results: StudyResults, compared: JudgedAverage) -> dict[str, Any]:
    average, claim = compared.average, compared.average.claim
    leak_free = leak_free_claim(results, average)
    return {
        "generator": compared.first,
        "against": compared.second,
        "training_sets": len(average.pairs),
        **difference_entries("difference", claim),
        **difference_entries("leak_free", leak_free),
        "about": claim_about(claim, compared.of_one_generator),
        "p": compared.p,
        "verdict": with_leak_free(compared.verdict, leak_free),
        "seeds": claim.estimate.seeds,
        "seeds_for_a_point": _needed(claim, compared.verdict),
    }


def _needed(claim: Claim, verdict: str) -> str | None:
    """None where the seeds do not tell how much generators differ."""
    if isinstance(claim, NetworksClaim) or verdict == NOT_OF_ONE:
        return None
    return seeds_to_see(claim.estimate)
