"""The networks that assess samples: what each is for, and how well it does on real images."""

from typing import Any

from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table

USES = {
    "features": "its features tell how far samples are from real images",
    "judge": "chose the weights of every generator during its training",
    "reader": "reads the labels of samples, and chose nothing",
}


def evaluators_table(results: StudyResults) -> Table | None:
    """One row per role; all assessments of a study are made with the same networks."""
    if not results.assessments:
        return None
    networks = results.assessments[0].figures["networks"]
    rows: list[dict[str, Any]] = [
        {
            "role": role,
            "classifier": networks[role]["classifier"],
            "validation_accuracy": networks[role]["validation_accuracy"],
            "use": use,
        }
        for role, use in USES.items()
    ]
    inception = networks["inception"]
    if inception is not None:
        use = f"the published distances’ network, from weights {inception['weights'][:12]}"
        rows.append({"role": "inception", "classifier": "Inception", "validation_accuracy": None, "use": use})
    columns = [
        Column("role", "Role", head=True),
        Column("classifier", "Network"),
        Column("validation_accuracy", "Accuracy on real validation images", "share"),
        Column("use", "What for", "words"),
    ]
    without = (
        "" if inception is not None else " The study names no weights of Inception, so that nothing here is an FID."
    )
    note = f"All but Inception are trained on every real training image, once for the whole study.{without}"
    return Table("evaluators", "Networks that assess the samples", columns, rows, note, block=0)
