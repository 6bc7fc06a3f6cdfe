"""`spectramind validate`: would this table be accepted, and if not, why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, emit, one_line_errors

EXAMPLE = "Example: spectramind validate submission.csv --sample sample_submission.csv"


def validate(
    submission: Annotated[Path, typer.Argument(help="Submission table (CSV).")],
    sample: Annotated[Path, typer.Option("--sample", help="sample_submission.csv to agree with.")],
    as_json: AsJson = False,
) -> None:
    """Check header, row order, ids and every value; exit 2 when the table would be rejected."""
    with one_line_errors():
        from spectramind.submission.validator import validate_submission

        report = validate_submission(submission, sample)
        lines = [f"{problem.severity}: {problem.message}" for problem in report.problems]
        verdict = "valid" if report.valid else "NOT valid"
        hidden = sum(report.counts.values()) - len(report.problems)
        lines += [f"and {hidden} more of the same kinds"] if hidden else []
        lines.append(f"{submission}: {verdict}, {report.planets} planets")
        values = {
            "valid": report.valid,
            "planets": report.planets,
            "problems": [problem.__dict__ for problem in report.problems],
            "counts": report.counts,
        }
        emit(values, lines, as_json)
        if not report.valid:
            raise typer.Exit(2)
