"""The page: one HTML file that needs nothing else, no scripts, no other files, no network."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fer.report.answer import answers, headline
from fer.report.figures.figure import Rendered
from fer.report.format import whole
from fer.report.libraries import libraries_of
from fer.report.notes import held_out_note
from fer.report.results import StudyResults
from fer.report.sections import Section
from fer.report.sheets import Sheet
from fer.report.tables.table import Table

MOST_ROWS = 400
"""Rows of a table on the page; its CSV has all."""
LONG_NUMBER, LONG_WORD = 10, 28
"""Characters from which a cell's numbers may stand on several lines, and a word may be broken."""


@dataclass(frozen=True)
class Content:
    """What a section shows of a study."""

    section: Section
    tables: Sequence[Table]
    figures: Sequence[Rendered]
    sheets: Sequence[Sheet]
    notes: Sequence[str]
    left_out: int
    """Figures and sheets beyond the limit."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.tables or self.figures or self.sheets or self.notes)


def render_page(results: StudyResults, contents: Sequence[Content]) -> str:
    """The page as HTML. Everything that comes from users or stores is escaped."""
    environment = Environment(
        loader=PackageLoader("fer.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["inline"] = lambda figure: Markup(figure.inline())  # noqa: S704 - escaped where it is built
    environment.filters["data_uri"] = _data_uri
    environment.filters["length_class"] = _length_class
    environment.filters["whole"] = whole
    return environment.get_template("page.html").render(
        planned=results.planned,
        study=results.planned.study,
        study_text=results.study_text,
        source=results.source or results.planned.study.data.source,
        headline=headline(results),
        answers=answers(results),
        held_out=held_out_note(results),
        contents=contents,
        missing=len(results.missing),
        versions=sorted({made.manifest.code_version for made in results.made}),
        libraries=list(libraries_of(results)),
        machines=sorted({made.manifest.machine for made in results.made}),
        most_rows=MOST_ROWS,
    )


def _length_class(text: str, is_numeric: bool) -> str:
    """A class of the style sheet for a cell that is longer than most: ``phrase`` of numbers, or an ``endless`` word."""
    if is_numeric:
        return "phrase" if len(text) >= LONG_NUMBER and " " in text else ""
    return "endless" if any(len(word) >= LONG_WORD for word in text.split()) else ""


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
