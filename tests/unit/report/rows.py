"""What a table of the report shows, as tests ask for it."""

from typing import Any

from fer.report.tables.table import Table


def rows_of(table: Table | None, **wanted: Any) -> list[dict[str, Any]]:
    """Its rows with these entries, all of them without any."""
    assert table is not None
    return [dict(row) for row in table.rows if all(row[key] == value for key, value in wanted.items())]


def columns_of(table: Table | None) -> set[str]:
    """The keys of its columns."""
    assert table is not None
    return {column.key for column in table.columns}
