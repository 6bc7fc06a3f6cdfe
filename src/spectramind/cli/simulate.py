"""`spectramind simulate`: a survey with known truth."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = (
    "Example: spectramind simulate +paths.out=survey sim.train=40 sim.test=20 sim.seed=7 "
    "sim.decimate=20"
)


def simulate(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write a simulated survey in the competition's layout, the test truth beside it."""
    with one_line_errors():
        from spectramind.pipeline.simulate import simulate as run_simulate

        with recorded("simulate", overrides) as (config, run, update):
            summary = run_simulate(config, update)
            run.result(**summary.__dict__)
        lines = [
            f"planets  {summary.train} train, {summary.test} test, {summary.visits} visits",
            f"survey   {summary.survey}",
            f"truth    {summary.truth}",
        ]
        emit(summary.__dict__, lines, as_json)
