"""`spectramind leaderboard`: what was handed in, and how much the boards can be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

app = typer.Typer(no_args_is_help=True, help="Submissions, and how much the boards tell.")

SHAKEUP_EXAMPLE = (
    "Example: spectramind leaderboard shakeup "
    "shakeup.files=[PHYSICS/out_of_fold.nc,V50/out_of_fold.nc]"
)
RECORD_EXAMPLE = (
    "Example: spectramind leaderboard record submission.zip leaderboard.cv=0.601 "
    "leaderboard.public=0.612"
)
SYNC_EXAMPLE = "Example: spectramind leaderboard sync"
STATUS_EXAMPLE = "Example: spectramind leaderboard status"


@app.command("shakeup", epilog=SHAKEUP_EXAMPLE)
def shakeup(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """How far scores will move to the private board, and what a public lead is worth."""
    with one_line_errors():
        import dataclasses

        from spectramind.conf.compose import compose
        from spectramind.kaggle.shakeup_study import advice, draw_study, shakeup_study
        from spectramind.provenance.atomic import atomic_path

        settings = compose(overrides or ()).shakeup
        found, boards = shakeup_study(settings)
        if settings.figure is not None:
            with atomic_path(settings.figure) as temporary:
                draw_study(found, boards).savefig(temporary, format="png", dpi=110)
        n_public, n_private = settings.boards
        moves = zip(found.names, found.scores, found.move, strict=True)
        lines = [
            f"boards     {n_public} public, {n_private} private, {settings.draws} draws",
            *(
                f"model      {name}: {score:.4f} out of fold, moves by {sd:.4f} "
                f"(5 to 95 %: {low:+.4f} to {high:+.4f})"
                for name, score, (sd, low, high) in moves
            ),
            *(
                f"beats      {found.names[0]} beats {name} with {chance:.2f}"
                for name, chance in zip(found.names[1:], found.beats, strict=True)
            ),
            f"selection  best public is best private in {found.selection.found:.2f}, "
            f"looks {found.selection.optimism:+.4f} too good, loses {found.selection.regret:.4f}",
            *(f"tries      best of {n} equals looks {e:.4f} too good" for n, e in found.tries),
            f"nested     {found.choice.nested:.4f} on planets that the choice did not see",
            f"advice     {advice(found)}",
        ]
        emit({**dataclasses.asdict(found), "advice": advice(found)}, lines, as_json)


@app.command("record", epilog=RECORD_EXAMPLE)
def record(
    bundle: Annotated[Path, typer.Argument(help="submission.zip that was handed in.")],
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Tie a score to the run, configuration, code, data and model that it belongs to."""
    with one_line_errors():
        import dataclasses

        from spectramind.conf.compose import compose
        from spectramind.kaggle.ledger import (
            DAILY_CAP,
            append_entry,
            entry_of,
            read_ledger,
            submitted_on,
        )

        told = compose(overrides or ()).leaderboard.model_dump()
        ledger: Path = told.pop("ledger")
        entry = dataclasses.replace(entry_of(bundle), **told)
        append_entry(ledger, entry)
        today = submitted_on(read_ledger(ledger), entry.time[:10])
        warning = f"{today} submissions today, Kaggle takes {DAILY_CAP}"
        lines = [f"recorded  {entry.table[:12]}, run {entry.run_hash}"]
        lines += [f"warning   {warning}"] if today > DAILY_CAP else []
        values = dataclasses.asdict(entry)
        emit({**values, "warning": warning if today > DAILY_CAP else None}, lines, as_json)


@app.command("sync", epilog=SYNC_EXAMPLE)
def sync(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Fill the ledger from Kaggle: scores, references, which bundle each submission was."""
    with one_line_errors():
        import dataclasses

        from spectramind.conf.compose import compose
        from spectramind.kaggle.board import sync as fill
        from spectramind.kaggle.client import Client

        config = compose(overrides or ())
        client = Client(tell=lambda text: typer.echo(text, err=True))
        done = fill(client, config.kaggle.competition, config.leaderboard.ledger)
        lines = [
            f"listed   {done.listed} submissions to {config.kaggle.competition}",
            f"ledger   {done.added} added, {done.changed} changed in {config.leaderboard.ledger}",
            *([f"left     {done.left} today, says Kaggle"] if done.left is not None else []),
            *(["note     older submissions may be missing from the list"] if done.cut else []),
        ]
        emit(dataclasses.asdict(done), lines, as_json)


@app.command("status", epilog=STATUS_EXAMPLE)
def status(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Table of submissions, the best ones, and how many are left today."""
    with one_line_errors():
        import dataclasses
        from datetime import UTC, datetime

        from spectramind.conf.compose import compose
        from spectramind.kaggle.ledger import (
            DAILY_CAP,
            best,
            read_ledger,
            submitted_on,
            torn_lines,
        )

        ledger = compose(overrides or ()).leaderboard.ledger
        entries, torn = read_ledger(ledger), torn_lines(ledger)
        left = max(0, DAILY_CAP - submitted_on(entries, datetime.now(UTC).date().isoformat()))

        def shown(score: float | None) -> str:
            return "   -  " if score is None else f"{score:.4f}"

        lines = [
            f"{e.time[:16]}  {e.table[:12]}  {e.estimator:<10}  cv {shown(e.cv)}  "
            f"public {shown(e.public)}  private {shown(e.private)}  "
            f"{e.note}{f'  [{e.ref} {e.status}]' if e.ref else ''}".rstrip()
            for e in entries
        ]
        best_of = {by: best(entries, by) for by in ("cv", "public")}
        lines += [f"best by {by:<7} {e.table[:12]}" for by, e in best_of.items() if e]
        lines += [f"warning        line {number} is torn: left out" for number in torn]
        lines.append(f"left today     {left} of {DAILY_CAP}")
        values = {
            "submissions": [dataclasses.asdict(entry) for entry in entries],
            "best": {by: e.table if e else None for by, e in best_of.items()},
            "left_today": left,
            "torn_lines": torn,
        }
        emit(values, lines, as_json)
