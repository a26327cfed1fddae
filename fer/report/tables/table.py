"""A table: rows as they go to CSV and JSON, and columns as they stand on the page."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fer.report.format import shown

NUMERIC = frozenset(
    {"score", "signed", "fine", "hundredths", "whole", "ratio", "share", "level", "chance"}
    | {"seconds", "hours", "money", "count"}
)

STYLED = frozenset({"code", "moment", "words"})
"""Kinds that the style sheet sets in a way of their own."""


@dataclass(frozen=True)
class Column:
    """A column of the page."""

    key: str
    """The rows' entry that it shows."""
    heading: str
    kind: str = "text"
    """How values are spelled: a key of ``fer.report.format.FORMATS``."""
    group: str = ""
    """Heading over neighbouring columns of the same group."""
    head: bool = False
    """Whether its cells are headings of their rows."""
    spread: str = ""
    """The rows' entry that is shown behind a plus-minus sign."""

    @property
    def is_numeric(self) -> bool:
        """Whether it is set flush right."""
        return self.kind in NUMERIC

    def text(self, row: Mapping[str, Any]) -> str:
        """What the page shows of a row."""
        text = shown(row[self.key], self.kind)
        spread = row[self.spread] if self.spread else None
        kind = "score" if self.kind == "signed" else self.kind
        return text if spread is None else f"{text} ± {shown(spread, kind)}"


@dataclass(frozen=True)
class Table:
    """One table of the report."""

    name: str
    """Of its CSV file and its anchor."""
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    """May hold more entries than the columns show; the CSV has them all."""
    note: str = ""
    block: int = 1
    """Leading columns that name a block of rows; blocks are set apart."""

    @property
    def spans(self) -> list[tuple[str, int]]:
        """Group headings with the number of neighbouring columns below each; empty where no column has a group."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1] + 1)
            else:
                spans.append((column.group, 1))
        return spans if any(name for name, _ in spans) else []

    def begins(self, index: int) -> bool:
        """Whether row ``index`` begins a new block of several."""
        return index > 0 and self.block > 0 and not self._repeats(index, self.block - 1)

    def classes(self, index: int, place: int) -> str:
        """CSS classes of a cell, given its row and the place of its column."""
        column = self.columns[place]
        found = {
            "number": column.is_numeric,
            column.kind: column.kind in STYLED,
            "repeated": self._repeats(index, place),
        }
        return " ".join(name for name, holds in found.items() if holds)

    def _repeats(self, index: int, place: int) -> bool:
        """Whether the block headings up to ``place`` are those of the row above."""
        keys = [column.key for column in self.columns[: place + 1]]
        return (
            index > 0 and place < self.block and all(self.rows[index][key] == self.rows[index - 1][key] for key in keys)
        )

    def csv(self) -> str:
        """All entries of all rows, full precision, missing ones empty."""
        names = list(dict.fromkeys(name for row in self.rows for name in row)) or [
            column.key for column in self.columns
        ]
        file = io.StringIO()
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return file.getvalue()
