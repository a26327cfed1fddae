"""What samples are worth: a mix's macro-F1 minus that of its control, at each ratio."""

import statistics
from typing import Any

from fer.report.evidence import difference_of, mcnemar_of, mean_of
from fer.report.notes import HELD_OUT, SPREAD_OF_ONE, seeds_shown
from fer.report.results import StudyResults
from fer.report.summary import Worth, groups_of, seen_by_generator, worths_of
from fer.report.tables.table import Column, Table
from fer.report.verdicts import (
    HOLM,
    MCNEMAR,
    claim_about,
    difference_entries,
    mean_entries,
    verdicts_of,
    with_leak_free,
)
from fer.statistics.claims import Claim
from fer.statistics.verdicts import Verdict, holm


def worth_table(results: StudyResults) -> Table | None:
    """One row per mix that has a control: both scores and their difference, means over the seeds that have both."""
    worths = list(worths_of(groups_of(results)))
    if not worths:
        return None
    rows = _rows(results, worths)
    of_one = any(worth.compared.of_one_generator for worth in worths)
    of_networks = (
        [Column("mcnemar_p", "McNemar p", "chance")] if any(row["mcnemar_p"] is not None for row in rows) else []
    )
    return Table(
        name="worth",
        title="Worth of the samples",
        columns=[
            Column("classifier", "Classifier", head=True),
            Column("generator", "Generator", head=True),
            Column("ratio", "Real ratio", "ratio", head=True),
            Column("mix", "mix", "score", group="Macro-F1"),
            Column("mix_interval", "95 % interval", "count", group="Macro-F1"),
            Column("control", "control", "score", group="Macro-F1"),
            Column("control_interval", "95 % interval", "count", group="Macro-F1"),
            Column("worth", "official", "signed", group="Worth"),
            Column("worth_interval", "95 % interval", "count", group="Worth"),
            Column("worth_leak_free", "leak-free", "signed", group="Worth"),
            Column("about", "Claim about"),
            Column("p", "p", "chance"),
            *of_networks,
            Column("verdict", "With samples", "words"),
            Column("seeds_shown", "Seeds"),
            Column("generator_had_seen", "Generator had seen", "whole"),
        ],
        rows=rows,
        note=(
            "Worth is the macro-F1 of the mix minus that of its control, which trains on the same real images with "
            f"nothing beside them; all are means over the seeds that have both. {HOLM} {HELD_OUT} The last "
            "column says how many real images the generator itself was trained on."
            f"{f' {MCNEMAR}' if of_networks else ''}{f' {SPREAD_OF_ONE}' if of_one else ''}"
        ),
    )


def _rows(results: StudyResults, worths: list[Worth]) -> list[dict[str, Any]]:
    claims = [difference_of(results, worth.mix, worth.control) for worth in worths]
    tests = [mcnemar_of(results, worth.mix, worth.control) for worth in worths]
    corrected = iter(holm([p for p in tests if p is not None]))
    rows = []
    for worth, claim, verdict, p in zip(worths, claims, verdicts_of(claims), tests, strict=True):
        leak_free = difference_of(results, worth.mix, worth.control, "macro_f1_leak_free")
        rows.append(
            {
                **_scores(results, worth),
                **difference_entries("worth", claim),
                **difference_entries("worth_leak_free", leak_free),
                "about": claim_about(claim, worth.compared.of_one_generator),
                **_verdict(verdict, leak_free),
                "mcnemar_p": None if p is None else next(corrected),
            }
        )
    return rows


def _verdict(verdict: Verdict | None, leak_free: Claim | None) -> dict[str, Any]:
    return {"p": verdict and verdict.p, "verdict": verdict and with_leak_free(verdict.words, leak_free)}


def _scores(results: StudyResults, worth: Worth) -> dict[str, Any]:
    both = worth.scores("macro_f1")
    mix, control = worth.compared, worth.control.only(worth.mix.finished_seeds)
    return {
        "classifier": worth.mix.classifier,
        "generator": worth.mix.generator,
        "ratio": worth.mix.ratio,
        "real_images": worth.mix.real_images(results.planned.train_size),
        "mix": _mean([score for score, _ in both]),
        **mean_entries("mix", mean_of(results, mix, "macro_f1")),
        "control": _mean([score for _, score in both]),
        **mean_entries("control", mean_of(results, control, "macro_f1")),
        "worth_sd": _sd(worth.differences("macro_f1")),
        "worth_leak_free_sd": _sd(worth.differences("macro_f1_leak_free")),
        "seeds": len(both),
        "seeds_shown": seeds_shown(str(len(both)), worth.compared),
        "generator_had_seen": seen_by_generator(results, worth.mix),
    }


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _sd(values: list[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None
