"""The sections of the report in their order. A new table or figure is a file with a function, and its name here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fer.report.figures.cloud import class_cloud_figures, cloud_figures
from fer.report.figures.confusion import confusion_figures
from fer.report.figures.curves import curve_figures
from fer.report.figures.dependence import dependence_figures
from fer.report.figures.figure import Figure
from fer.report.figures.judged import judged_figures
from fer.report.figures.losses import loss_figures
from fer.report.figures.ratio import ratio_figures, ratio_figures_by_generator
from fer.report.figures.resolution import resolution_figures
from fer.report.figures.stopping import stopping_figures
from fer.report.notes import data_note, intervals_note, mix_validation_note, never_right_note, plan_note
from fer.report.resolution import resolution_note
from fer.report.results import StudyResults
from fer.report.sheets import Sheet, pair_sheets, sample_sheets
from fer.report.tables.assessed import copies_table, counts_table, pixels_table
from fer.report.tables.audit import audit_table, classes_table
from fer.report.tables.comparisons import comparisons_table
from fer.report.tables.costs import cells_table, stages_table
from fer.report.tables.distances import class_distances_table, distances_table, neighbourhoods_table
from fer.report.tables.divergence import divergence_table
from fer.report.tables.diversity import diversity_table
from fer.report.tables.enough import enough_table
from fer.report.tables.evaluators import evaluators_table
from fer.report.tables.expense import expense_table
from fer.report.tables.fidelity import fidelity_table
from fer.report.tables.grid import grid_table, more_scores_table
from fer.report.tables.memorisation import memorisation_table
from fer.report.tables.networks import networks_table
from fer.report.tables.overall import overall_table
from fer.report.tables.price import price_table
from fer.report.tables.provenance import artifacts_table, missing_table
from fer.report.tables.published_cnn import cnn_table
from fer.report.tables.published_index import index_table
from fer.report.tables.published_measures import measures_table
from fer.report.tables.published_parameters import parameters_table
from fer.report.tables.published_resemotenet import resemotenet_table
from fer.report.tables.published_stopping import stopping_table
from fer.report.tables.published_synthetic import synthetic_table
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


_NOT_ASSESSED = "No generator is assessed yet."

SECTIONS = (
    Section(
        "grid",
        "The grid",
        "The study has no cells.",
        tables=(grid_table, more_scores_table),
        notes=(mix_validation_note, intervals_note, never_right_note),
    ),
    Section(
        "curves-of-ratio",
        "Macro-F1 against the real ratio",
        "No cell is finished.",
        figures=(ratio_figures, ratio_figures_by_generator),
    ),
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
    Section(
        "samples",
        "Samples",
        "No generator is trained or assessed yet.",
        sheets=(sample_sheets,),
        tables=(counts_table, pixels_table),
    ),
    Section(
        "assessment",
        "Samples among real images",
        _NOT_ASSESSED,
        tables=(
            evaluators_table,
            distances_table,
            neighbourhoods_table,
            class_distances_table,
            diversity_table,
            divergence_table,
        ),
        figures=(cloud_figures, class_cloud_figures, dependence_figures),
    ),
    Section(
        "labels",
        "Whether samples show their labels",
        _NOT_ASSESSED,
        tables=(fidelity_table,),
        figures=(confusion_figures,),
    ),
    Section(
        "memorisation",
        "Whether samples are training images in disguise",
        _NOT_ASSESSED,
        tables=(memorisation_table, copies_table),
        sheets=(pair_sheets,),
    ),
    Section(
        "published",
        "The published study beside this one",
        "",
        tables=(index_table, parameters_table, synthetic_table, cnn_table, resemotenet_table, measures_table),
    ),
    Section(
        "published-figures",
        "Resolution and early stopping",
        "",
        tables=(stopping_table,),
        figures=(resolution_figures, stopping_figures),
    ),
    Section("training", "Training curves", "No cell is finished.", figures=(curve_figures,)),
    Section(
        "generators",
        "Training of the generators",
        "No generator is trained yet.",
        figures=(judged_figures, loss_figures),
        tables=(networks_table,),
    ),
    Section("data", "The data set", "Nothing is known of it.", tables=(classes_table, audit_table), notes=(data_note,)),
    Section(
        "time", "Time and machines", "Nothing has been made yet.", tables=(stages_table, expense_table, cells_table)
    ),
    Section("missing", "What is missing, and why", "Nothing is missing.", tables=(missing_table,), notes=(plan_note,)),
    Section("artifacts", "Artifacts", "Nothing has been made yet.", tables=(artifacts_table,)),
)
