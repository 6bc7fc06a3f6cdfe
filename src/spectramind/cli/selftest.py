"""`spectramind test`: is this machine, this installation and this survey fit for a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind test --mode=fast +paths.input=SURVEY"


class Mode(StrEnum):
    """How thorough the test is."""

    fast = "fast"
    deep = "deep"


def selftest(
    overrides: Overrides = None,
    mode: Annotated[
        Mode, typer.Option(help="fast: < 20 s, one planet; deep: a whole small survey.")
    ] = Mode.fast,
    as_json: AsJson = False,
) -> None:
    """Check environment, paths, disk and a dry run of the given model; print what passed."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.pipeline.selftest import run_checks
        from spectramind.provenance.run import open_run

        config = compose(overrides or ())
        with open_run("test", config, overrides or ()) as run:
            checks = run_checks(config, deep=mode is Mode.deep)
            run.event("checks", checks=[check.__dict__ for check in checks])
        width = max(len(check.name) for check in checks)
        lines = [
            f"{'pass' if check.passed else 'FAIL'}  {check.name:<{width}}  "
            f"{check.seconds:6.2f} s  {check.detail}"
            for check in checks
        ]
        passed = sum(check.passed for check in checks)
        lines.append(f"{passed} of {len(checks)} checks passed")
        emit({"checks": [check.__dict__ for check in checks]}, lines, as_json)
        if passed < len(checks):
            raise typer.Exit(2)
