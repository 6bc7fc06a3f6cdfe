"""`spectramind predict`: frames to spectra, a row for every planet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded
from spectramind.errors import SpectraMindError

if TYPE_CHECKING:
    from spectramind.conf.schema.config import Config

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


@contextmanager
def _table_named(config: Config) -> Iterator[None]:
    """Say whose table is left, where a prediction fails."""
    try:
        yield
    except SpectraMindError:
        from spectramind.pipeline.safe_table import table_path
        from spectramind.pipeline.setbacks import table_origin
        from spectramind.provenance.digest import sha256
        from spectramind.provenance.run import EVENTS

        path = table_path(config)
        if path.is_file():
            whose = table_origin(config.paths.logs / EVENTS, sha256(path))
            kind = f"is left as it was, of {whose}" if whose else "holds what no submit has written"
            typer.echo(f"note: {path} {kind}", err=True)
        raise


def predict(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Predict the spectrum of every planet of a split, with its error bar."""
    with one_line_errors():
        from pathlib import Path

        from spectramind.pipeline.predict import predict as run_predict
        from spectramind.pipeline.prior_report import prior_lines
        from spectramind.pipeline.survey_doubts import SurveyDoubts
        from spectramind.survey.partial import FETCHED, is_partial

        with recorded("predict", overrides) as (config, run, update):
            with _table_named(config):
                summary = run_predict(config, run, update)
            result = {key: value for key, value in summary.__dict__.items() if key != "config"}
            run.result(**result)
        doubts = SurveyDoubts(summary.counts, summary.reasons, summary.common)
        lines = [
            f"estimator  {summary.estimator}",
            f"planets    {summary.planets}",
            *([FETCHED] if is_partial(Path(summary.input)) else []),
            *doubts.lines(),
            *fallback_lines(summary.fallbacks),
            *(f"limits     {text}" for text in summary.losses),
            *(f"priors     {text}" for text in prior_lines(summary.priors)),
            f"run        {summary.run_hash}",
            f"written    {config.paths.out}/predictions.nc",
            *([doubts.common] if doubts.common else []),
        ]
        emit(summary.__dict__, lines, as_json)
