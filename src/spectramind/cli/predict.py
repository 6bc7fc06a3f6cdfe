"""`spectramind predict`: frames to spectra, a row for every planet."""

from __future__ import annotations

from collections.abc import Iterator
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
        from spectramind.pipeline.predict import predict as run_predict

        with recorded("predict", overrides) as (config, run, update):
            with _table_named(config):
                summary = run_predict(config, run, update)
            result = {key: value for key, value in summary.__dict__.items() if key != "config"}
            run.result(**result)
        lines = [
            f"estimator  {summary.estimator}",
            f"planets    {summary.planets}",
            f"fallbacks  {len(summary.fallbacks)}",
            *(f"  {planet}: {reason}" for planet, reason in summary.fallbacks.items()),
            *(f"limits     {text}" for text in summary.losses),
            f"run        {summary.run_hash}",
            f"written    {config.paths.out}/predictions.nc",
        ]
        emit(summary.__dict__, lines, as_json)
