"""The figures of the report: functions of all results; `fer.report.sections` says where they stand."""
