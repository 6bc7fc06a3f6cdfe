"""`spectramind submit`: the last prediction to a submission that cannot be rejected."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = "Example: spectramind submit +submit.bundle=submission.zip +report.html=true"


def submit(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write, validate and bundle the submission of the last prediction."""
    with one_line_errors():
        from spectramind.pipeline.submit import submit as run_submit

        with recorded("submit", overrides) as (config, run, update):
            summary = run_submit(config, update)
            run.result(**summary.__dict__)
        lines = [
            *(f"WARNING     {text}" for text in summary.setbacks),
            f"estimator   {summary.estimator}",
            f"calibrated  {summary.calibration}",
            f"planets     {summary.planets}, {len(summary.fallbacks)} of them fallbacks, "
            f"{len(summary.doubtful)} doubtful",
            *(f"  {planet}: {reason}" for planet, reason in summary.fallbacks.items()),
            *(f"limits      {text}" for text in summary.losses),
            "valid       yes: header, row order, ids, ranges",
            *(f"warning     {text}" for text in summary.warnings),
            f"submission  {summary.csv}",
            *([f"bundle      {summary.bundle}"] if summary.bundle else []),
            *([f"report      {summary.report}"] if summary.report else []),
        ]
        emit(summary.__dict__, lines, as_json)
