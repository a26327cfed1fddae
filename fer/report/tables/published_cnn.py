"""Figure 9 of the published study in numbers: a small network on real images, on samples, and on twice as many."""

from typing import Any

from fer.report.evidence import mean_of
from fer.report.published.numbers import CNN, CNN_MODEL, CNN_SCORES, CnnScores
from fer.report.published.places import Place, Places
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table
from fer.report.verdicts import mean_entries


def cnn_table(results: StudyResults) -> Table:
    """Test accuracy and AUROC, theirs and ours."""
    places = Places(results)
    columns = [
        Column("training_set", "Training set", head=True),
        Column("accuracy_theirs", "theirs", "hundredths", group="Accuracy"),
        Column("accuracy_ours", "ours", "score", group="Accuracy", spread="accuracy_ours_sd"),
        Column("accuracy_ours_interval", "95 % interval", "count", group="Accuracy"),
        Column("auroc_theirs", "theirs", "hundredths", group="AUROC"),
        Column("auroc_ours", "ours", "score", group="AUROC", spread="auroc_ours_sd"),
        Column("auroc_ours_interval", "95 % interval", "count", group="AUROC"),
        Column("seeds", "Seeds", "whole"),
    ]
    rows = [_row(results, places, published) for published in CNN_SCORES]
    note = (
        f"Test images, official. Samples are those of {CNN_MODEL}, as theirs were; what other generators’ samples are "
        "worth alone stands in the grid. AUROC is the mean over classes, each against the rest; their third was not "
        "given."
    )
    return Table("published-cnn", f"The classifier {CNN} (their Figure 9)", columns, rows, note, block=0)


def place_of(published: CnnScores) -> Place:
    """Where a training set of the figure stands in a study."""
    return Place(CNN, None if published.ratio == 1 else CNN_MODEL, published.ratio, published.volume)


def _row(results: StudyResults, places: Places, published: CnnScores) -> dict[str, Any]:
    group = places.finished(place_of(published))
    row: dict[str, Any] = {"training_set": published.name}
    for name, theirs in (("accuracy", published.accuracy), ("auroc", published.auroc)):
        ours = group and group.score(name)
        row |= {
            f"{name}_theirs": theirs,
            f"{name}_ours": ours and ours.mean,
            f"{name}_ours_sd": ours and ours.sd,
        }
        row |= mean_entries(f"{name}_ours", None if group is None else mean_of(results, group, name))
    return row | {"seeds": len(group.finished) if group else 0}
