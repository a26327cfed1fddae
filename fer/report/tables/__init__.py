"""The tables of the report: one function each of all results; `fer.report.sections` says where they stand."""
