"""`spectramind predict`: frames to spectra, a row for every planet."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = (
    "Example: spectramind predict +data.split=test +paths.input=SURVEY +paths.out=out "
    "+runtime.workers=2"
)


def predict(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Predict the spectrum of every planet of a split, with its error bar."""
    with one_line_errors():
        from pathlib import Path

        from spectramind.pipeline.predict import predict as run_predict
        from spectramind.survey.partial import FETCHED, is_partial

        with recorded("predict", overrides) as (config, run, update):
            summary = run_predict(config, run, update)
            result = {key: value for key, value in summary.__dict__.items() if key != "config"}
            run.result(**result)
        lines = [
            f"estimator  {summary.estimator}",
            f"planets    {summary.planets}",
            *([FETCHED] if is_partial(Path(summary.input)) else []),
            f"fallbacks  {len(summary.fallbacks)}",
            *(f"  {planet}: {reason}" for planet, reason in summary.fallbacks.items()),
            *(f"limits     {text}" for text in summary.losses),
            f"run        {summary.run_hash}",
            f"written    {config.paths.out}/predictions.nc",
        ]
        emit(summary.__dict__, lines, as_json)
