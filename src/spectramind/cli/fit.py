"""`spectramind fit`: light curves to a posterior of depths, orbit, limb darkening and drift."""

from __future__ import annotations

from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = "Example: spectramind fit --planet 10500000 --plot +paths.input=SURVEY +paths.out=out"


def fit(
    overrides: Overrides = None,
    planet: Annotated[int | None, typer.Option(help="Fit this planet only.")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw each fit as a PNG beside it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the light curves of every planet of a split; one netCDF file a planet and one table."""
    with one_line_errors():
        from spectramind.pipeline.fit_survey import fit_survey

        chosen = [] if planet is None else [f"data.planets=[{planet}]"]
        arguments = [*(overrides or ()), *chosen]
        with recorded("fit", arguments) as (config, run, update):
            summary = fit_survey(config, plot, run, update)
            run.result(**summary.__dict__)
        lines = [
            f"estimator  {config.model.name}",
            f"planets    {summary.planets}, {len(summary.failed)} failed",
            *(f"  {planet}: {reason}" for planet, reason in summary.failed.items()),
            f"table      {summary.table}",
            *(f"figure     {figure}" for figure in summary.figures),
        ]
        emit(summary.__dict__, lines, as_json)
