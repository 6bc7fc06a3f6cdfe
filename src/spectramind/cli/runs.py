"""`spectramind runs`: what ran, with what, how long, which score; and what tells two runs apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spectramind.cli.verb import AsJson, emit, one_line_errors

if TYPE_CHECKING:
    from spectramind.provenance.history import PastRun

EXAMPLE = "Example: spectramind runs list --verb predict"
SHOW_EXAMPLE = "Example: spectramind runs show 3f0c"
DIFF_EXAMPLE = "Example: spectramind runs diff 3f0c a91e"

app = typer.Typer(no_args_is_help=True, help="What ran, and what tells two runs apart.")

Logs = Annotated[Path, typer.Option("--logs", help="Folder of events.jsonl.")]
Key = Annotated[str, typer.Argument(help="Begin of a hash (its latest run), or a run's name.")]

_LOGS = Path("logs")


def _read(logs: Path) -> list[PastRun]:
    from spectramind.provenance.history import read_runs
    from spectramind.provenance.run import EVENTS

    return read_runs(logs / EVENTS)


def _row(run: PastRun, score: float | None) -> dict[str, Any]:
    return {
        "name": run.name,
        "hash": run.hash,
        "verb": run.verb,
        "started": run.started,
        "status": run.status,
        "seconds": run.seconds,
        "score": score,
        "commit": run.commit,
        "code": run.code,
        "data": run.data,
    }


def _line(row: dict[str, Any]) -> str:
    seconds = "-" if row["seconds"] is None else f"{row['seconds']:.1f}"
    score = "-" if row["score"] is None else f"{row['score']:.5f}"
    commit = row["commit"] or "-"
    return (
        f"{row['started'][:19]}  {row['hash']}  {row['verb']:<14}  {row['status']:<11}  "
        f"{seconds:>9}  {score:>8}  {commit}"
    )


@app.command("list", epilog=EXAMPLE)
def list_runs(
    verb: Annotated[str | None, typer.Option(help="Runs of this verb only.")] = None,
    logs: Logs = _LOGS,
    as_json: AsJson = False,
) -> None:
    """List the runs in the event log, oldest first."""
    with one_line_errors():
        from spectramind.provenance.history import score_of

        runs = _read(logs)
        rows = [_row(run, score_of(run, runs)) for run in runs if verb in (None, run.verb)]
        head = (
            f"{'started':<19}  {'hash':<12}  {'verb':<14}  {'status':<11}  {'seconds':>9}  "
            f"{'score':>8}  commit"
        )
        emit({"runs": rows}, [head, *map(_line, rows)], as_json)


@app.command("show", epilog=SHOW_EXAMPLE)
def show(run: Key, logs: Logs = _LOGS, as_json: AsJson = False) -> None:
    """Show one run: configuration, code, data, libraries and result."""
    with one_line_errors():
        import yaml

        from spectramind.provenance.history import find_run, score_of

        runs = _read(logs)
        found = find_run(runs, run)
        values = {**found.__dict__, "overrides": list(found.overrides)}
        values["score"] = score_of(found, runs)
        text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True).rstrip()
        emit(values, [text], as_json)


@app.command("diff", epilog=DIFF_EXAMPLE)
def diff(first: Key, second: Key, logs: Logs = _LOGS, as_json: AsJson = False) -> None:
    """Show in what two runs differ: configuration, code, data, result."""
    with one_line_errors():
        from spectramind.provenance.difference import differences
        from spectramind.provenance.history import find_run

        runs = _read(logs)
        one, other = find_run(runs, first), find_run(runs, second)
        found = differences(one, other)
        lines = [f"{one.name} -> {other.name}"]
        for section in ("config", "code", "data", "result"):
            values = found.get(section, {})
            lines.append(f"{section}:{'' if values else ' the same'}")
            lines += [f"  {key}: {a} -> {b}" for key, (a, b) in values.items()]
        names = {"first": one.name, "second": other.name}
        emit({**names, "differences": found}, lines, as_json)
