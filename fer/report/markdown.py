"""The summary of a report as Markdown: the answer, the tables that carry it, and how it was made."""

from collections.abc import Iterator, Sequence

from fer.report.answer import answers, headline
from fer.report.format import whole
from fer.report.libraries import libraries_of
from fer.report.notes import held_out_note
from fer.report.page import Content
from fer.report.results import StudyResults
from fer.report.tables.table import Table

SUMMARISED = (
    "grid",
    "grid-accuracy",
    "worth",
    "price",
    "enough",
    "distances",
    "neighbourhoods",
    "fidelity",
    "memorisation",
    "published-synthetic",
    "stages",
    "expense",
)
"""Tables that a summary holds; index.html, tables/ and report.json have the others."""
MOST_ROWS = 60
MOST_REASONS = 20


def render_summary(results: StudyResults, contents: Sequence[Content]) -> str:
    """The summary. Everything that comes from users or stores is escaped."""
    return "\n".join([*_answer(results), *_evidence(contents), *_made(results)])


def _answer(results: StudyResults) -> Iterator[str]:
    study = results.planned.study
    yield f"# {escaped(study.title or study.name)}"
    yield ""
    yield f"Study `{study.name}`: {whole(results.planned.train_size)} training images, seeds {_listed(study.seeds)}."
    yield ""
    yield "## How much real data can the samples replace?"
    yield ""
    yield headline(results)
    yield ""
    for generator, text in answers(results):
        yield f"- **{generator}.** {escaped(text)}"
    if note := held_out_note(results):
        yield ""
        yield escaped(note)


def _evidence(contents: Sequence[Content]) -> Iterator[str]:
    tables = {table.name: table for content in contents for table in content.tables}
    for name in SUMMARISED:
        if name in tables:
            yield from _table(tables[name])


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"## {escaped(table.title)}", "")
    headings = [f"{column.group}: {column.heading}" if column.group else column.heading for column in table.columns]
    yield _line(headings)
    yield "|" + "|".join(" ---: " if column.is_numeric else " --- " for column in table.columns) + "|"
    for row in table.rows[:MOST_ROWS]:
        yield _line([column.text(row) for column in table.columns])
    if len(table.rows) > MOST_ROWS:
        yield from ("", f"The first {MOST_ROWS} of {whole(len(table.rows))} rows; tables/{table.name}.csv has all.")
    if table.note:
        yield from ("", escaped(table.note))


def _made(results: StudyResults) -> Iterator[str]:
    yield from ("", "## How it was made", "")
    yield f"- Data set: `dataset/{results.planned.dataset}`"
    versions = sorted({made.manifest.code_version for made in results.made})
    if versions:
        yield f"- Code: {', '.join(f'`{version}`' for version in versions)}"
    libraries = ", ".join(libraries_of(results))
    if libraries:
        yield f"- Libraries: {escaped(libraries)}"
    for machine in sorted({made.manifest.machine for made in results.made}):
        yield f"- Machine: {escaped(machine)}"
    reasons = results.reasons
    yield f"- Missing tasks: {whole(len(reasons))}"
    for task, reason in list(reasons.items())[:MOST_REASONS]:
        yield f"  - {escaped(task)}: {escaped(reason)}"
    if len(reasons) > MOST_REASONS:
        yield f"  - ... and {whole(len(reasons) - MOST_REASONS)} more; index.html has all"
    yield from ("", "The page is index.html; all numbers are in report.json and tables/, all figures in figures/.", "")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one line: no tags, no markup, no cell's end."""
    one_line = " ".join(text.split())
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        one_line = one_line.replace(mark, entity)
    for mark in "\\`*_[]|":
        one_line = one_line.replace(mark, f"\\{mark}")
    return one_line


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))
