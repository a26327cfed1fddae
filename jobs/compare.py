"""``fer compare``: two studies, or two replicates of one, side by side."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from fer.report.compared import SAME, Compared, Comparison, compare
from fer.report.format import between, chance, ratio, score, signed
from fer.report.gather import gather
from fer.report.summary import Group
from fer.report.verdicts import claim_about
from fer.statistics.claims import Claim
from fer.statistics.verdicts import UNDECIDABLE
from jobs.context import Request, open_context
from jobs.options import SOURCE_HELP, json_option, store_option
from jobs.text import aligned

HEAD = (
    "classifier",
    "training set",
    "ratio",
    "first",
    "second",
    "difference",
    "95 % interval",
    "leak-free",
    "seeds",
    "about",
    "p",
    "McNemar p",
    "the second is",
    "set differently",
)
OPTIONAL = frozenset({"McNemar p", "set differently"})
"""Left out where no row has them."""
NUMERIC = frozenset({"ratio", "first", "second", "difference", "leak-free", "seeds", "p", "McNemar p"})


@click.command(short_help="Compare two studies, or two replicates of one.")
@click.argument("first")
@click.argument("second")
@click.option("--source", help=SOURCE_HELP)
@store_option
@json_option
def command(first: str, second: str, source: str | None, store_uri: str, as_json: bool) -> None:
    """Compare the test macro-F1 of two studies, or two replicates of one, where both train on the same kind of set.

    FIRST and SECOND are built-in names, YAML files, or names of studies planned in the store, on the same data set. A
    single seed is a claim about two trained networks, several are one about the procedures; p-values are corrected for
    the whole table. Of a single seed McNemar's test says whether the two networks are right on equally many images.
    """
    contexts = [open_context(Request(name, store_uri, source)) for name in (first, second)]
    one, other = (gather(context.planned, context.store) for context in contexts)
    found = compare(one, other)
    names = (one.planned.study.name, other.planned.study.name)
    if as_json:
        click.echo(json.dumps(comparison_json(found, names), ensure_ascii=False))
    else:
        click.echo("\n".join(comparison_text(found, names)))


def comparison_text(found: Comparison, names: tuple[str, str]) -> list[str]:
    """A table of the training sets that both studies have, and how many they do not share."""
    lines = [f"first: {names[0]}, second: {names[1]}; macro-F1 on the test images, means over the seeds compared"]
    if found.settings:
        lines.append(f"set differently: {', '.join(found.settings)}")
    if found.both:
        lines += _table(found.both)
    of_grids = Counter(setting for compared in found.both for setting in compared.settings)
    lines += [
        f"the grids set {setting} differently for {count} of {len(found.both)} training sets"
        for setting, count in of_grids.items()
    ]
    counts = Counter(compared.verdict for compared in found.both)
    lines.append(", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "they share no training set")
    if counts[UNDECIDABLE]:
        lines.append("from five seeds on there is a verdict on procedures")
    lines += [
        f"{count} training sets are in {name} only"
        for name, count in zip(names, (found.only_first, found.only_second), strict=True)
        if count
    ]
    return lines


def _table(both: Sequence[Compared]) -> list[str]:
    rows = [_row(compared) for compared in both]
    kept = [place for place, name in enumerate(HEAD) if name not in OPTIONAL or any(row[place] for row in rows)]
    numeric = frozenset(column for column, place in enumerate(kept) if HEAD[place] in NUMERIC)
    return aligned([[row[place] for place in kept] for row in (HEAD, *rows)], numeric)


def _row(compared: Compared) -> tuple[str, ...]:
    values = _values(compared)
    group, claim = compared.first, compared.claim
    times = f" x{group.volume}" if group.volume > 1 else ""
    return (
        group.classifier,
        f"{group.training_set}{times}",
        ratio(group.ratio),
        _spelled(values["first"]),
        _spelled(values["second"]),
        "" if claim is None else signed(claim.estimate.value),
        "" if claim is None else between(claim.estimate.interval, signed),
        "" if compared.leak_free is None else signed(compared.leak_free.estimate.value),
        "" if claim is None else str(claim.estimate.seeds),
        values["about"],
        "" if compared.p is None else chance(compared.p),
        "" if compared.mcnemar_p is None else chance(compared.mcnemar_p),
        compared.verdict,
        ", ".join(compared.settings),
    )


def comparison_json(found: Comparison, names: tuple[str, str]) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "first": names[0],
        "second": names[1],
        "training_sets": [_values(compared) for compared in found.both],
        "only_in_first": found.only_first,
        "only_in_second": found.only_second,
        "set_differently": list(found.settings),
    }


def _values(compared: Compared) -> dict[str, Any]:
    group, claim = compared.first, compared.claim
    return {
        "classifier": group.classifier,
        "generator": group.generator,
        "ratio": group.ratio,
        "volume": group.volume,
        "first": _mean(compared.first),
        "second": _mean(compared.second),
        **_difference("difference", "interval", claim, compared.verdict == SAME),
        **_difference("leak_free", "leak_free_interval", compared.leak_free, compared.verdict == SAME),
        "seeds": claim.estimate.seeds if claim else 0,
        "about": claim_about(claim, compared.first.of_one_generator or compared.second.of_one_generator),
        "p": compared.p,
        "mcnemar_p": compared.mcnemar_p,
        "verdict": compared.verdict,
        "set_differently": list(compared.settings),
    }


def _difference(name: str, interval_name: str, claim: Claim | None, same: bool) -> dict[str, Any]:
    if claim is None:
        return {name: 0.0 if same else None, interval_name: None}
    interval = claim.estimate.interval
    return {name: claim.estimate.value, interval_name: [interval.low, interval.high]}


def _mean(group: Group) -> float | None:
    summary = group.score("macro_f1")
    return None if summary is None else summary.mean


def _spelled(value: float | None) -> str:
    return "" if value is None else score(value)
