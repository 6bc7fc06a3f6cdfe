"""`spectramind leaderboard`: what was handed in, and how much the boards can be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, emit, one_line_errors

app = typer.Typer(no_args_is_help=True, help="Submissions, and how much the boards tell.")

Ledger = Annotated[Path, typer.Option(help="Ledger of submissions.")]

_LEDGER = Path("leaderboard.jsonl")
SHAKEUP_EXAMPLE = (
    "Example: spectramind leaderboard shakeup physics/out_of_fold.nc v50/out_of_fold.nc"
)
RECORD_EXAMPLE = "Example: spectramind leaderboard record submission.zip --cv 0.601 --public 0.612"
STATUS_EXAMPLE = "Example: spectramind leaderboard status"


@app.command("shakeup", epilog=SHAKEUP_EXAMPLE)
def shakeup(
    files: Annotated[list[Path], typer.Argument(help="Out-of-fold predictions, simplest first.")],
    planets: Annotated[int, typer.Option(min=2, help="Test planets.")] = 1100,
    public_share: Annotated[float, typer.Option(min=0.01, max=0.99, help="Public part.")] = 0.34,
    draws: Annotated[int, typer.Option(min=100, help="Simulated challenges.")] = 4000,
    seed: Annotated[int, typer.Option(help="Same seed, same figures.")] = 0,
    figure: Annotated[Path | None, typer.Option(help="PNG to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """How far scores will move to the private board, and what a public lead is worth."""
    with one_line_errors():
        import dataclasses

        from spectramind.kaggle.shakeup_study import (
            Board,
            advice,
            draw_study,
            planet_scores,
            short_names,
            study,
        )
        from spectramind.provenance.atomic import atomic_path

        n_public = max(1, round(planets * public_share))
        board = Board(n_public, max(1, planets - n_public), draws, seed)
        names = short_names(files)
        found, boards = study(names, planet_scores(files), board)
        if figure is not None:
            with atomic_path(figure) as temporary:
                draw_study(found, boards).savefig(temporary, format="png", dpi=110)
        moves = zip(names, found.scores, found.move, strict=True)
        lines = [
            f"boards     {board.n_public} public, {board.n_private} private, {draws} draws",
            *(
                f"model      {name}: {score:.4f} out of fold, moves by {sd:.4f} "
                f"(5 to 95 %: {low:+.4f} to {high:+.4f})"
                for name, score, (sd, low, high) in moves
            ),
            *(
                f"beats      {names[0]} beats {name} with {chance:.2f}"
                for name, chance in zip(names[1:], found.beats, strict=True)
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
    cv: Annotated[float | None, typer.Option(help="Out-of-fold score.")] = None,
    public: Annotated[float | None, typer.Option(help="Public score.")] = None,
    private: Annotated[float | None, typer.Option(help="Private score.")] = None,
    note: Annotated[str, typer.Option(help="What was tried.")] = "",
    ledger: Ledger = _LEDGER,
    as_json: AsJson = False,
) -> None:
    """Tie a score to the run, configuration, code, data and model that it belongs to."""
    with one_line_errors():
        import dataclasses

        from spectramind.kaggle.ledger import (
            DAILY_CAP,
            append_entry,
            entry_of,
            read_ledger,
            submitted_on,
        )

        entry = dataclasses.replace(
            entry_of(bundle), cv=cv, public=public, private=private, note=note
        )
        append_entry(ledger, entry)
        today = submitted_on(read_ledger(ledger), entry.time[:10])
        warning = f"{today} submissions today, Kaggle takes {DAILY_CAP}"
        lines = [f"recorded  {entry.table[:12]}, run {entry.run_hash}"]
        lines += [f"warning   {warning}"] if today > DAILY_CAP else []
        values = dataclasses.asdict(entry)
        emit({**values, "warning": warning if today > DAILY_CAP else None}, lines, as_json)


@app.command("status", epilog=STATUS_EXAMPLE)
def status(ledger: Ledger = _LEDGER, as_json: AsJson = False) -> None:
    """Table of submissions, the best ones, and how many are left today."""
    with one_line_errors():
        import dataclasses
        from datetime import UTC, datetime

        from spectramind.kaggle.ledger import DAILY_CAP, best, read_ledger, submitted_on

        entries = read_ledger(ledger)
        left = max(0, DAILY_CAP - submitted_on(entries, datetime.now(UTC).date().isoformat()))

        def shown(score: float | None) -> str:
            return "   -  " if score is None else f"{score:.4f}"

        lines = [
            f"{e.time[:16]}  {e.table[:12]}  {e.estimator:<10}  cv {shown(e.cv)}  "
            f"public {shown(e.public)}  private {shown(e.private)}  {e.note}".rstrip()
            for e in entries
        ]
        best_of = {by: best(entries, by) for by in ("cv", "public")}
        lines += [f"best by {by:<7} {e.table[:12]}" for by, e in best_of.items() if e]
        lines.append(f"left today     {left} of {DAILY_CAP}")
        values = {
            "submissions": [dataclasses.asdict(entry) for entry in entries],
            "best": {by: e.table if e else None for by, e in best_of.items()},
            "left_today": left,
        }
        emit(values, lines, as_json)
