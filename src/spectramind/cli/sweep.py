"""`spectramind sweep`: the same work under many configurations, and a table of what came out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = (
    "Example: spectramind sweep train.folds=3,5 +paths.input=SURVEY +paths.out=sweeps "
    "+runtime.workers=2"
)


class Work(StrEnum):
    """What is done at every point."""

    train = "train"
    predict = "predict"


def _cell(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str("-" if value is None else value)


def _table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows in columns, a column for every key that any of them has."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    cells = [keys, *([_cell(row.get(key)) for key in keys] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(keys))]
    lines = ("  ".join(f"{t:<{w}}" for t, w in zip(row, widths, strict=True)) for row in cells)
    return [line.rstrip() for line in lines]


def sweep(
    overrides: Overrides = None,
    work: Annotated[
        Work,
        typer.Option(help="train: scored out of fold; predict: calibrated, scored where known."),
    ] = Work.train,
    as_json: AsJson = False,
) -> None:
    """Expand key=a,b,c, run the points in parallel, resume what is not done, tabulate."""
    with one_line_errors():
        from spectramind.cli.progress import progress
        from spectramind.pipeline.sweep import sweep as run_sweep

        split = ["data.split=train"] if work is Work.train else []
        with progress("sweep") as update:
            summary = run_sweep(work.value, [*split, *(overrides or ())], update)
        lines = [
            *_table(summary.rows),
            f"points  {summary.points}, {summary.before} done before, {summary.failed} failed",
            f"table   {summary.table}",
        ]
        emit(summary.__dict__, lines, as_json)
        if summary.failed:
            raise typer.Exit(2)
