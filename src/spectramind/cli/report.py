"""`spectramind report`: write the HTML report of the last prediction again."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind report +paths.out=out"


def report(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write report.html for the last prediction and the submission made from it."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.pipeline.submit import rewrite_report
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with open_run("report", config, overrides or ()) as run:
            path = rewrite_report(config)
            run.result(report=str(path))
        emit({"report": str(path)}, [f"report  {path}"], as_json)
