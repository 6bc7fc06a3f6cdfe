"""The command line: one verb a file, nothing heavy imported before a verb runs."""

from __future__ import annotations

import os
import resource
import sys
from typing import Annotated, Any

import typer

from spectramind import __version__
from spectramind.cli import (
    ablate,
    calibrate_temp,
    check,
    compare,
    fit,
    manifest,
    predict,
    reduce,
    runs,
    score,
    selftest,
    simulate,
)
from spectramind.cli import coverage as coverage_verb
from spectramind.cli import kaggle as kaggle_verbs
from spectramind.cli import leaderboard as leaderboard_verbs
from spectramind.cli import report as report_verb
from spectramind.cli import reproduce as reproduce_verb
from spectramind.cli import submit as submit_verb
from spectramind.cli import survey as survey_verbs
from spectramind.cli import sweep as sweep_verb
from spectramind.cli import train as train_verb
from spectramind.cli import validate as validate_verb
from spectramind.errors import BudgetError, ConfigurationError, DataError
from spectramind.scale.launcher import launched

_WIDE = 16 << 30
_LIBRARIES = 1_400_000_000
"""Bytes of address space in which threads have room, and in which nothing can be loaded."""
_INTERRUPTED = 130  # 128 + SIGINT, as shells say it

# The parser's usage error, which lives elsewhere in every version of typer.
_UsageError: type[Any] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="spectramind",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Raw Ariel detector frames in, calibrated transmission spectra out.",
)

app.command("test", epilog=selftest.EXAMPLE)(selftest.selftest)
app.command("check", epilog=check.EXAMPLE)(check.check)
app.command("simulate", epilog=simulate.EXAMPLE)(simulate.simulate)
app.command("reduce", epilog=reduce.EXAMPLE)(reduce.reduce)
app.command("fit", epilog=fit.EXAMPLE)(fit.fit)
app.command("train", epilog=train_verb.EXAMPLE)(train_verb.train)
app.command("predict", epilog=predict.EXAMPLE)(predict.predict)
app.command("calibrate-temp", epilog=calibrate_temp.EXAMPLE)(calibrate_temp.calibrate_temp)
app.command("coverage", epilog=coverage_verb.EXAMPLE)(coverage_verb.coverage)
app.command("submit", epilog=submit_verb.EXAMPLE)(submit_verb.submit)
app.command("validate", epilog=validate_verb.EXAMPLE)(validate_verb.validate)
app.command("score", epilog=score.EXAMPLE)(score.score)
app.command("report", epilog=report_verb.EXAMPLE)(report_verb.report)
app.command("manifest", epilog=manifest.EXAMPLE)(manifest.manifest)
app.command("compare", epilog=compare.EXAMPLE)(compare.compare)
app.command("ablate", epilog=ablate.EXAMPLE)(ablate.ablate)
app.command("sweep", epilog=sweep_verb.EXAMPLE)(sweep_verb.sweep)
app.add_typer(runs.app, name="runs")
app.command("reproduce", epilog=reproduce_verb.EXAMPLE)(reproduce_verb.reproduce)
app.add_typer(survey_verbs.app, name="survey")
app.add_typer(kaggle_verbs.app, name="kaggle")
app.add_typer(leaderboard_verbs.app, name="leaderboard")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Version.")
    ] = False,
) -> None:
    """Options before the verb; typer acts on `version` through its callback."""


def _keep_within(address_space: int) -> None:
    """Keep threads from filling a limited address space, where polars ends in an abort or hangs."""
    if address_space == resource.RLIM_INFINITY or address_space >= _WIDE:
        return
    if address_space < _LIBRARIES and not {"-h", "--help", "--version"} & set(sys.argv):
        text = f"expected {_LIBRARIES / 1e9:.1f} GB for the libraries alone"
        found = f"found a limit of {address_space / 1e9:.1f} GB"
        typer.echo(f"error: address space: {text}, {found}; raise it (`ulimit -v`)", err=True)
        sys.exit(BudgetError.exit_code)
    for library in ("POLARS_MAX", "NUMBA_NUM", "OMP_NUM"):
        os.environ.setdefault(f"{library}_THREADS", "1")


def main() -> None:
    """Entry point of `spectramind` and `python -m spectramind`."""
    # Thousands of small matrices: threads of the BLAS cost more than they bring, ten times on a
    # busy machine. It reads this when numpy is first imported, which no verb has done yet.
    for library in ("OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    _keep_within(resource.getrlimit(resource.RLIMIT_AS)[0])
    if (processes := launched().size) > 1 and sys.argv[1:2] != ["train"]:
        text = f"torchrun started {processes} processes; only `spectramind train` shares its work"
        typer.echo(f"error: {text}", err=True)
        sys.exit(ConfigurationError.exit_code)
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
        else:
            name = error.ctx.command_path if error.ctx else "spectramind"
            text = error.format_message().rstrip(".")
            typer.echo(f"error: {text}; see `{name} --help`", err=True)
        sys.exit(DataError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
