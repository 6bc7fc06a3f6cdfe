"""`spectramind reduce`: frames to light curves, one netCDF file a visit."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = "Example: spectramind reduce +data.split=train +paths.input=SURVEY +paths.out=out"


def reduce(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Reduce the detector frames of every visit of a split to light curves."""
    with one_line_errors():
        from spectramind.pipeline.reduce import reduce_all

        with recorded("reduce", overrides) as (config, run, update):
            summary = reduce_all(config, run, update)
            run.result(**summary.__dict__)
        lines = [
            f"planets  {summary.planets}",
            f"visits   {summary.visits}",
            f"failed   {len(summary.failed)}",
            *(f"  {planet}: {reason}" for planet, reason in summary.failed.items()),
            f"written  {config.paths.out}/reduced/{config.data.split}/",
        ]
        emit(summary.__dict__, lines, as_json)
