"""`spectramind report`: write the HTML pages of a run again."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind report +paths.out=out"


def report(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write report.html of the last submission and diagnostics_dashboard.html of its model."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.conf.compose import compose
        from spectramind.pipeline.submit import write_pages
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with (
            open_run("report", config, overrides or ()) as run,
            progress("report") as update,
        ):
            pages = write_pages(config, update)
            run.result(**pages.__dict__)
        lines = [
            f"report     {pages.report or 'none: no prediction in this folder'}",
            f"dashboard  {pages.dashboard or 'none: no out-of-fold predictions beside the model'}",
        ]
        emit(pages.__dict__, lines, as_json)
