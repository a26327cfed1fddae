"""The report of a study: gather what a store holds, write the page, tables and figures."""

from fer.report.gather import gather
from fer.report.results import StudyResults
from fer.report.write import write_report

__all__ = ["StudyResults", "gather", "write_report"]
