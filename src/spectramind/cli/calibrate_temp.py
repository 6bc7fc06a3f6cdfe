"""`spectramind calibrate-temp`: make the stated sigma true."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind calibrate-temp +calib.corel=true +paths.out=out"


def calibrate_temp(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Apply the calibrators of the checkpoint to the sigma of the last prediction."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.pipeline.calibrate import calibrate
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with open_run("calibrate-temp", config, overrides or ()) as run:
            summary = calibrate(config)
            run.result(**summary.__dict__)
        lines = [
            f"estimator  {summary.estimator}",
            *(f"applied    {line}" for line in summary.applied),
            f"written    {summary.predictions}",
        ]
        emit(summary.__dict__, lines, as_json)
