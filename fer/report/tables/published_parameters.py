"""Table 1 of the published study beside our networks."""

from fer.classifiers.registry import CLASSIFIERS
from fer.report.published.numbers import PARAMETERS
from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table


def parameters_table(results: StudyResults) -> Table:
    """Millions of parameters of each published classifier, theirs and ours, and whether the study trains it."""
    trained = {classifier for grid in results.planned.study.grids for classifier in grid.classifiers}
    rows = [
        {
            "classifier": classifier,
            "theirs": theirs,
            "ours": CLASSIFIERS[classifier].parameters,
            "trained": "yes" if classifier in trained else "no",
        }
        for classifier, theirs in PARAMETERS.items()
    ]
    columns = [
        Column("classifier", "Classifier", head=True),
        Column("theirs", "theirs", "level", group="Million parameters"),
        Column("ours", "ours", "hundredths", group="Million parameters"),
        Column("trained", "In this study"),
    ]
    note = (
        "As published, counted with 1000 outputs and three input channels, but for cnn and resemotenet with seven "
        "outputs and one channel. Trained here, each has as many outputs as there are classes."
    )
    return Table("published-parameters", "Parameters of the classifiers (their Table 1)", columns, rows, note, block=0)
