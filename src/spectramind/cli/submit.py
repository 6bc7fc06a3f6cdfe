"""`spectramind submit`: the last prediction to a submission that cannot be rejected."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind submit +submit.bundle=submission.zip +report.html=true"


def submit(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write, validate and bundle the submission of the last prediction."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.conf.compose import compose
        from spectramind.pipeline.submit import submit as run_submit
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with (
            open_run("submit", config, overrides or ()) as run,
            progress("submit") as update,
        ):
            summary = run_submit(config, update)
            run.result(**summary.__dict__)
        lines = [
            f"estimator   {summary.estimator}",
            f"calibrated  {summary.calibration}",
            f"planets     {summary.planets}, {len(summary.fallbacks)} of them fallbacks",
            *(f"  {planet}: {reason}" for planet, reason in summary.fallbacks.items()),
            *(f"limits      {text}" for text in summary.losses),
            "valid       yes: header, row order, ids, ranges",
            *(f"warning     {text}" for text in summary.warnings),
            f"submission  {summary.csv}",
            *([f"bundle      {summary.bundle}"] if summary.bundle else []),
            *([f"report      {summary.report}"] if summary.report else []),
        ]
        emit(summary.__dict__, lines, as_json)
