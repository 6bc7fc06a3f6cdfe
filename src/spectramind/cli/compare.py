"""`spectramind compare`: every model, the same folds, one table and figure."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = (
    "Example: spectramind compare +paths.input=SURVEY +paths.out=compared "
    "compare.surveys=[HARD,OOD]"
)


def compare(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Train every model on the same folds and judge all of them alike: one table, one figure."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.pipeline.compare import compare as run_compare
        from spectramind.report.contest_page import contest_markdown

        with progress("compare") as update:
            rows = run_compare(overrides or (), update)
        emit({"rows": [row.flat() for row in rows]}, [contest_markdown(rows)], as_json)
