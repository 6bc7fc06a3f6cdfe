"""`spectramind score`: the official score of a submission whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, emit, one_line_errors

EXAMPLE = "Example: spectramind score submission.csv truth.csv --train train.csv"


def score(
    submission: Annotated[Path, typer.Argument(help="Submission table (CSV).")],
    truth: Annotated[Path, typer.Argument(help="True spectra (CSV: planet_id, wl_1..wl_283).")],
    train: Annotated[
        Path,
        typer.Option(
            "--train", help="train.csv or train_labels.csv: gives the naive mean and sigma."
        ),
    ],
    edition: Annotated[
        str | None,
        typer.Option("--edition", help="2024 or 2025; by the name of --train where not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the official score and its FGS1 and AIRS parts."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.provenance.digest import sha256
        from spectramind.provenance.run import open_run
        from spectramind.submission.score import score_files
        from spectramind.survey.edition import edition_named

        with open_run("score", compose(), ()) as run:
            result = score_files(submission, truth, train, edition_named(edition))
            parts = {"score": result.score, "fgs1": result.fgs1, "airs": result.airs}
            run.result(**parts, table=str(submission), sha256=sha256(submission))
        lines = [
            *(f"warning  {text}" for text in result.warnings),
            f"score    {result.score:.5f}",
            f"FGS1     {result.fgs1:.5f}",
            f"AIRS     {result.airs:.5f}",
            f"planets  {len(result.planets)}",
        ]
        emit(result.to_json(), lines, as_json)
