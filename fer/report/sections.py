"""The sections of the report in their order. A new table or figure is a file with a function, and its name here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fer.report.figures.curves import curve_figures
from fer.report.figures.figure import Figure
from fer.report.figures.losses import loss_figures
from fer.report.figures.ratio import ratio_figures
from fer.report.notes import data_note, intervals_note, mix_validation_note
from fer.report.resolution import resolution_note
from fer.report.results import StudyResults
from fer.report.sheets import Sheet, sample_sheets
from fer.report.tables.assessed import copies_table, counts_table, pixels_table
from fer.report.tables.audit import audit_table, classes_table
from fer.report.tables.comparisons import comparisons_table
from fer.report.tables.costs import cells_table, stages_table
from fer.report.tables.enough import enough_table
from fer.report.tables.grid import grid_table
from fer.report.tables.networks import networks_table
from fer.report.tables.overall import overall_table
from fer.report.tables.price import price_table
from fer.report.tables.provenance import artifacts_table, missing_table
from fer.report.tables.table import Table
from fer.report.tables.worth import worth_table


@dataclass(frozen=True)
class Section:
    """A heading with its tables, figures and sheets."""

    name: str
    """Its anchor."""
    title: str
    empty: str
    """What it says where none of its parts has anything to show."""
    notes: tuple[Callable[[StudyResults], str | None], ...] = ()
    """What is said first, where it holds."""
    tables: tuple[Callable[[StudyResults], Table | None], ...] = ()
    figures: tuple[Callable[[StudyResults], Iterable[Figure]], ...] = ()
    sheets: tuple[Callable[[StudyResults], Iterable[Sheet]], ...] = ()


SECTIONS = (
    Section(
        "grid", "The grid", "The study has no cells.", tables=(grid_table,), notes=(mix_validation_note, intervals_note)
    ),
    Section("curves-of-ratio", "Macro-F1 against the real ratio", "No cell is finished.", figures=(ratio_figures,)),
    Section(
        "worth",
        "What the samples are worth",
        "No mix has a control in this study.",
        tables=(worth_table, price_table, enough_table),
    ),
    Section(
        "comparisons",
        "Generators against each other",
        "No two generators can be compared in this study.",
        tables=(overall_table, comparisons_table),
        notes=(resolution_note,),
    ),
    Section("samples", "Samples", "No generator is trained or assessed yet.", sheets=(sample_sheets,)),
    Section(
        "assessment",
        "Assessment of the samples",
        "No generator is assessed yet.",
        tables=(counts_table, pixels_table, copies_table),
    ),
    Section("training", "Training curves", "No cell is finished.", figures=(curve_figures,)),
    Section(
        "generators",
        "Training of the generators",
        "No generator is trained yet.",
        figures=(loss_figures,),
        tables=(networks_table,),
    ),
    Section("data", "The data set", "Nothing is known of it.", tables=(classes_table, audit_table), notes=(data_note,)),
    Section("time", "Time and machines", "Nothing has been made yet.", tables=(stages_table, cells_table)),
    Section("missing", "What is missing, and why", "Nothing is missing.", tables=(missing_table,)),
    Section("artifacts", "Artifacts", "Nothing has been made yet.", tables=(artifacts_table,)),
)
