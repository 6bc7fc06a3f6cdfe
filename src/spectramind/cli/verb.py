"""What every verb shares: its arguments, how it ends, how it prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from spectramind.errors import InternalError, SpectraMindError, own_errors

Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Hydra overrides; +KEY=VALUE means the same."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the command with one line on stderr and the exit code of the error's branch."""
    try:
        with own_errors(typer.Exit):
            yield
    except InternalError as error:
        # One line for the user, the trace for us: in the log of the run, where there is a run.
        kept = f"traceback in {error.log}" if error.log else f"traceback:\n{error.trace.rstrip()}"
        typer.echo(f"error: internal fault, {error}; {kept}", err=True)
        raise typer.Exit(error.exit_code) from error
    except SpectraMindError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(error.exit_code) from error


def emit(result: Mapping[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """Print `result` as one JSON object, or `lines` for people."""
    typer.echo(json.dumps(result, default=str) if as_json else "\n".join(lines))
