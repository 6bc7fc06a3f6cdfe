"""`spectramind manifest`: the files of a survey, for those who must not hash them at every run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

EXAMPLE = "Example: spectramind manifest +paths.input=SURVEY +paths.out=stages"


def manifest(
    overrides: Overrides = None,
    check: Annotated[
        Path | None, typer.Option(help="Compare with this manifest and write nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write path, size and digest of every file of a survey, or say what has changed since."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.pipeline.places import required
        from spectramind.provenance.run import open_run
        from spectramind.survey import manifest as files

        config = compose(overrides or ())
        root = required(config.paths.input, "paths.input")
        with open_run("manifest", config, overrides or ()) as run:
            found = files.survey_files(root)
            counted = {"files": len(found), "bytes": sum(file.size for file in found)}
            run.result(**counted)
        lines = [f"files    {counted['files']}, {counted['bytes'] / 1e9:.3f} GB"]
        if check is not None:
            changed = files.changes(files.read_manifest(check), found)
            lines += [f"{what:<8} {path}" for path, what in changed.items()]
            emit({**counted, "changes": changed}, [*lines, f"changes  {len(changed)}"], as_json)
            if changed:
                raise typer.Exit(2)
            return
        path = required(config.paths.out, "paths.out") / files.FILE_NAME
        files.write_manifest(path, found)
        emit({**counted, "manifest": str(path)}, [*lines, f"written  {path}"], as_json)
