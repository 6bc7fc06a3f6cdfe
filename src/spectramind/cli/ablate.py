"""`spectramind ablate`: V50 with one part changed at a time."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind ablate +paths.input=SURVEY +paths.out=ablated"


def ablate(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Train V50 whole and with one part left out, or put in, at a time: what is each worth."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.pipeline.ablate import ablate as run_ablate
        from spectramind.report.contest_page import contest_markdown

        with progress("ablate") as update:
            rows = run_ablate(overrides or (), update)
        emit({"rows": [row.flat() for row in rows]}, [contest_markdown(rows)], as_json)
