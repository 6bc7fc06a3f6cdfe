"""`spectramind reproduce`: a recorded submission again, byte for byte."""

from __future__ import annotations

from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = (
    "Example: spectramind reproduce 3f0c +paths.input=SURVEY +paths.out=again "
    "+model.ckpt=trained/model.ckpt"
)


def reproduce(
    key: Annotated[str, typer.Argument(help="Begin of the table's, bundle's or run's hash.")],
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Make a recorded submission again, or say what is missing for it."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.conf.compose import compose
        from spectramind.kaggle.reproduce import find_entry
        from spectramind.kaggle.reproduce import reproduce as run_again

        entry = find_entry(compose(overrides or ()).leaderboard.ledger, key)
        with progress("reproduce") as update:
            done = run_again(entry, overrides or (), update)
        lines = [f"identical  {done.table}", f"planets    {done.planets}", f"written    {done.csv}"]
        emit(done.__dict__, lines, as_json)
