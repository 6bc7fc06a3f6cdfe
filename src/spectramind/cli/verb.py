"""What every verb shares: its arguments, how it ends, how it prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spectramind.errors import InternalError, SpectraMindError, own_errors

if TYPE_CHECKING:
    from spectramind.cli.progress import Progress
    from spectramind.conf.schema.config import Config
    from spectramind.provenance.run import Run

Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE",
        help="What to do otherwise than by default; +KEY=VALUE means the same. Most used: "
        "paths.input=DIR, paths.out=DIR, data.split=train|test, data.planets=[ID,..], "
        "model=physics|v50|polynomial, model.ckpt=FILE, runtime.workers=N, runtime.strict=true, "
        "runtime.kaggle=true. All of them, with their defaults: docs/reference/keys.md.",
    ),
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


@contextmanager
def recorded(verb: str, overrides: Sequence[str] | None) -> Iterator[tuple[Config, Run, Progress]]:
    """Compose the configuration and record a run of it that shows how far it is."""
    from spectramind.cli.progress import progress
    from spectramind.conf.compose import compose
    from spectramind.provenance.run import open_run

    config = compose(overrides or ())
    with open_run(verb, config, overrides or ()) as run, progress(verb) as update:
        yield config, run, update


def emit(result: Mapping[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """Print `result` as one JSON object, or `lines` for people."""
    typer.echo(json.dumps(result, default=str) if as_json else "\n".join(lines))
