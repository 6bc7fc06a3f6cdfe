"""`spectramind check`: is a survey what it claims to be, by physics rather than by schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, emit, one_line_errors

EXAMPLE = "Example: spectramind check SURVEY"


def check(
    survey: Annotated[Path, typer.Argument(help="Folder of the survey.")],
    as_json: AsJson = False,
) -> None:
    """Hold times, wavelengths, converter, stars, depths, frames, calibrations against physics."""
    with one_line_errors():
        import dataclasses

        from spectramind.pipeline.check import splits_of, survey_findings

        splits = splits_of(survey)
        findings = survey_findings(survey, splits)
        lines = [
            f"{_weight(finding.refuses, finding.harmless)}  {finding.check}: {finding.message}"
            for finding in findings
        ]
        serious = [finding for finding in findings if not finding.harmless]
        verdict = f"{len(serious)} things to correct" if serious else "sound"
        lines.append(f"{survey}: {verdict} ({' and '.join(splits)})")
        values = [
            {**dataclasses.asdict(finding), "message": finding.message} for finding in findings
        ]
        emit({"sound": not serious, "findings": values}, lines, as_json)
        if serious:
            raise typer.Exit(2)


def _weight(refuses: bool, harmless: bool) -> str:
    return "FAULT" if refuses else "note " if harmless else "doubt"
