"""What every verb shares: its arguments, how it ends, how it prints."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from spectramind.errors import SpectraMindError

Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Hydra overrides; +KEY=VALUE means the same."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]

_DEBUG_LOG = Path("logs") / "v50_debug_log.md"


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the command with one line on stderr and the exit code of the error's branch."""
    try:
        yield
    except SpectraMindError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except (typer.Exit, KeyboardInterrupt):
        raise
    except Exception as error:
        # A fault of ours: one line for the user, the trace for us.
        _keep_trace(traceback.format_exc())
        text = " ".join(f"{type(error).__name__}: {error}".split())
        typer.echo(f"error: internal fault, {text}; traceback in {_DEBUG_LOG}", err=True)
        raise typer.Exit(SpectraMindError.exit_code) from error


def _keep_trace(trace: str) -> None:
    """Append a traceback to the human log; a log that cannot be written must not hide the fault."""
    from spectramind.errors import OutputError
    from spectramind.provenance.events import append_line

    try:
        append_line(_DEBUG_LOG, f"\n```\n{trace}```")
    except OutputError:
        typer.echo(trace, err=True)


def emit(result: Mapping[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """Print `result` as one JSON object, or `lines` for people."""
    typer.echo(json.dumps(result, default=str) if as_json else "\n".join(lines))
