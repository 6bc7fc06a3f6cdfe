"""`spectramind train`: learn from planets with known depths; one checkpoint comes out."""

from __future__ import annotations

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors, recorded

EXAMPLE = "Example: spectramind train model=physics +paths.input=SURVEY +paths.out=trained"


def train(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Train a model on the training planets of a survey and judge it out of fold."""
    with one_line_errors():
        from pathlib import Path

        from spectramind.conf.compose import compose
        from spectramind.pipeline.train import lend_a_hand
        from spectramind.pipeline.train import train as run_train
        from spectramind.scale.launcher import launched
        from spectramind.survey.partial import FETCHED, is_partial

        arguments = ["data.split=train", *(overrides or ())]
        if launched().follows:
            lend_a_hand(compose(arguments))
            return
        with recorded("train", arguments) as (config, run, update):
            summary = run_train(config, run, update)
            run.result(**summary.__dict__)
        fgs1, mean, shape = summary.median_ppm
        lines = [
            f"planets      {summary.planets}, {len(summary.failed)} failed",
            *([FETCHED] if is_partial(config.paths.input or Path()) else []),
            *(f"  {planet}: {reason}" for planet, reason in summary.failed.items()),
            f"score        {summary.score:.4f} out of fold (FGS1 {summary.fgs1:.3f}, "
            f"AIRS {summary.airs:.3f})",
            f"median error FGS1 {fgs1:.0f}, AIRS mean {mean:.0f}, AIRS shape {shape:.0f} ppm",
            f"mean z^2     {summary.mean_z2:.2f}",
            *(f"calibrator   {line}" for line in summary.calibrators),
            f"checkpoint   {summary.checkpoint}",
        ]
        emit(summary.__dict__, lines, as_json)
