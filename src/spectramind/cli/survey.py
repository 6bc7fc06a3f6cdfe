"""`spectramind survey`: planets of a competition, without all of its frames."""

from __future__ import annotations

from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

app = typer.Typer(no_args_is_help=True, help="Planets of a competition, file by file.")

FETCH_EXAMPLE = (
    "Example: spectramind survey fetch +paths.out=survey +data.split=train --random 20 --seed 1"
)


@app.command("fetch", epilog=FETCH_EXAMPLE)
def fetch(
    overrides: Overrides = None,
    planets: Annotated[
        str | None, typer.Option("--planets", metavar="ID,ID", help="These planets.")
    ] = None,
    first: Annotated[int | None, typer.Option("--first", help="The first N planets.")] = None,
    random: Annotated[int | None, typer.Option("--random", help="N planets, drawn.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fetch tables and some planets by Kaggle's client; checked, resumed, nothing twice."""
    with one_line_errors():
        import dataclasses

        from spectramind.cli.transfer import transfer
        from spectramind.conf.compose import compose
        from spectramind.errors import DataError
        from spectramind.kaggle.client import Client
        from spectramind.kaggle.survey_fetch import STAGING, Choice, fetch_survey
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out, split = required(config.paths.out, "paths.out"), config.data.split
        choice = Choice(split, _numbers(planets), first, random, seed)
        client = Client(tell=lambda text: typer.echo(text, err=True))
        with transfer("survey fetch", out / STAGING) as report:
            done = fetch_survey(client, config.kaggle.competition, out, choice, report)
        lines = [
            f"planets  {len(done.planets)} of {done.of} {split} planets are complete",
            f"fetched  {done.size / 1e6:.1f} MB, every file checked",
            f"survey   {done.survey}",
        ]
        emit(dataclasses.asdict(done), lines, as_json)
        if done.missing:
            name, reason = next(iter(done.missing.items()))
            found = f"{len(done.missing)} missing, {name} with: {reason}"
            raise DataError(out, "every file", found, "give the same command again")


def _numbers(text: str | None) -> tuple[int, ...]:
    from spectramind.errors import ConfigurationError

    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if wrong := [part for part in parts if not part.isascii() or not part.isdigit()]:
        raise ConfigurationError(f"--planets: expected ids like 1103775,1104012, got {wrong[0]!r}")
    return tuple(int(part) for part in parts)
