"""`spectramind report`: write the HTML pages of a run again."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = "Example: spectramind report +paths.out=out"


def report(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write report.html of the last submission and diagnostics_dashboard.html of its model."""
    with one_line_errors():
        from spectramind.pipeline.submit import write_pages

        with recorded("report", overrides) as (config, run, update):
            pages = write_pages(config, update)
            run.result(**pages.__dict__)
        lines = [
            f"report     {pages.report or 'none: no prediction in this folder'}",
            f"dashboard  {pages.dashboard or 'none: no out-of-fold predictions beside the model'}",
        ]
        emit(pages.__dict__, lines, as_json)
