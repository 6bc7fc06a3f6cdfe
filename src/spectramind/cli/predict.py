"""`spectramind predict`: frames to spectra, a row for every planet."""

from __future__ import annotations

from collections.abc import Mapping

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = (
    "Example: spectramind predict +data.split=test +paths.input=SURVEY +paths.out=out "
    "+runtime.workers=2"
)


_LISTED = 20


def fallback_lines(fallbacks: Mapping[int, str]) -> list[str]:
    """One line each, as far as they can be read; all of them stand in predict.json."""
    lines = [f"  {planet}: {reason}" for planet, reason in fallbacks.items()]
    more = [f"  {len(lines) - _LISTED} more in predict.json"] if len(lines) > _LISTED else []
    return lines[:_LISTED] + more


def predict(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Predict the spectrum of every planet of a split, with its error bar."""
    with one_line_errors():
        from spectramind.pipeline.predict import predict as run_predict
        from spectramind.pipeline.prior_report import prior_lines
        from spectramind.pipeline.survey_doubts import SurveyDoubts

        with recorded("predict", overrides) as (config, run, update):
            summary = run_predict(config, run, update)
            result = {key: value for key, value in summary.__dict__.items() if key != "config"}
            run.result(**result)
        doubts = SurveyDoubts(summary.counts, summary.reasons, summary.common)
        lines = [
            f"estimator  {summary.estimator}",
            f"planets    {summary.planets}",
            *doubts.lines(),
            *fallback_lines(summary.fallbacks),
            *(f"limits     {text}" for text in summary.losses),
            *(f"priors     {text}" for text in prior_lines(summary.priors)),
            f"run        {summary.run_hash}",
            f"written    {config.paths.out}/predictions.nc",
            *([doubts.common] if doubts.common else []),
        ]
        emit(summary.__dict__, lines, as_json)
