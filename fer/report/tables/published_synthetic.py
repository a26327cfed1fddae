"""Table 2 of the published study beside our cells: classifiers trained on samples alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from fer.report.evidence import mean_of
from fer.report.published.numbers import MODELS, SYNTHETIC_MACRO_F1
from fer.report.published.places import Place, Places
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table
from fer.report.verdicts import mean_entries


def synthetic_table(results: StudyResults) -> Table:
    """Test macro-F1 at ratio 0, a row per classifier; ours with spread and interval, empty where there is none."""
    places = Places(results)
    columns = [Column("classifier", "Classifier", head=True)]
    for model, name in MODELS.items():
        columns += [
            Column(f"{model}_theirs", "theirs", "fine", group=name),
            Column(f"{model}_ours", "ours", "fine", group=name, spread=f"{model}_ours_sd"),
            Column(f"{model}_ours_interval", "95 % interval", "count", group=name),
        ]
    rows = [_row(results, places, classifier) for classifier in SYNTHETIC_MACRO_F1]
    return Table(
        "published-synthetic",
        "Macro-F1 on samples alone (their Table 2)",
        columns,
        rows,
        " ".join(["Test images, official. Theirs are single runs.", *_ours(results, places, rows)]),
        block=0,
    )


def _row(results: StudyResults, places: Places, classifier: str) -> dict[str, Any]:
    row: dict[str, Any] = {"classifier": classifier}
    for model in MODELS:
        group = places.finished(Place(classifier, model, 0.0))
        ours = group and group.score("macro_f1")
        row |= {
            f"{model}_theirs": SYNTHETIC_MACRO_F1[classifier][model],
            f"{model}_ours": ours and ours.mean,
            f"{model}_ours_sd": ours and ours.sd,
            **mean_entries(f"{model}_ours", None if group is None else mean_of(results, group, "macro_f1")),
            f"{model}_ours_seeds": ours.seeds if ours else 0,
        }
    return row


def _ours(results: StudyResults, places: Places, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How each of our generators with a number beside theirs was trained."""
    study = results.planned.study
    named = [
        f"{name}{'' if name == model else f' ({model})'}, {_networks(results, name)}, "
        f"{study.kimg_of(name):,g} thousand images shown"
        for model in MODELS
        if (name := places.generator(model)) is not None and any(row[f"{model}_ours"] is not None for row in rows)
    ]
    return [f"Ours: {'; '.join(named)}."] if named else []


def _networks(results: StudyResults, generator: str) -> str:
    spec = results.planned.study.generators[generator]
    size = f" of configuration {found}" if (found := spec.options.get("configuration")) else ""
    return f"one network per class{size}" if spec.classes == "separate" else f"one network for all classes{size}"
