"""What samples are worth: a mix's macro-F1 minus that of its control, at each ratio."""

import statistics
from typing import Any

from fer.report.notes import HELD_OUT, SPREAD_OF_ONE, seeds_shown
from fer.report.results import StudyResults
from fer.report.summary import Worth, groups_of, seen_by_generator, worths_of
from fer.report.tables.table import Column, Table


def worth_table(results: StudyResults) -> Table | None:
    """One row per mix that has a control: both scores and their difference, means over the seeds that have both."""
    worths = list(worths_of(groups_of(results)))
    if not worths:
        return None
    of_one = any(worth.compared.of_one_generator for worth in worths)
    return Table(
        name="worth",
        title="Worth of the samples",
        columns=[
            Column("classifier", "Classifier", head=True),
            Column("generator", "Generator", head=True),
            Column("ratio", "Real ratio", "ratio", head=True),
            Column("real_images", "Real images", "whole"),
            Column("mix", "mix", "score", group="Macro-F1"),
            Column("control", "control", "score", group="Macro-F1"),
            Column("worth", "official", "signed", group="Worth", spread="worth_sd"),
            Column("worth_leak_free", "leak-free", "signed", group="Worth", spread="worth_leak_free_sd"),
            Column("seeds_shown", "Seeds"),
            Column("generator_had_seen", "Generator had seen", "whole"),
        ],
        rows=[_row(results, worth) for worth in worths],
        note=(
            "Worth is the macro-F1 of the mix minus that of its control, which trains on the same real images with "
            f"nothing beside them; all are means over the seeds that have both. {HELD_OUT} The last column says how "
            f"many real images the generator itself was trained on.{f' {SPREAD_OF_ONE}' if of_one else ''}"
        ),
    )


def _row(results: StudyResults, worth: Worth) -> dict[str, Any]:
    official = worth.differences("macro_f1")
    leak_free = worth.differences("macro_f1_leak_free")
    both = worth.scores("macro_f1")
    return {
        "classifier": worth.mix.classifier,
        "generator": worth.mix.generator,
        "ratio": worth.mix.ratio,
        "real_images": worth.mix.real_images(results.planned.train_size),
        "mix": _mean([mix for mix, _ in both]),
        "control": _mean([control for _, control in both]),
        "worth": _mean(official),
        "worth_sd": _sd(official),
        "worth_leak_free": _mean(leak_free),
        "worth_leak_free_sd": _sd(leak_free),
        "seeds": len(official),
        "seeds_shown": seeds_shown(str(len(official)), worth.compared),
        "generator_had_seen": seen_by_generator(results, worth.mix),
    }


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _sd(values: list[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None
