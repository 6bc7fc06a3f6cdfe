"""`spectramind kaggle`: datasets, notebook and dress rehearsal for Kaggle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

app = typer.Typer(no_args_is_help=True, help="Datasets, notebook and dress rehearsal for Kaggle.")

BUNDLE_EXAMPLE = (
    "Example: spectramind kaggle bundle +paths.out=kaggle +model.ckpt=trained/model.ckpt"
)
NOTEBOOK_EXAMPLE = "Example: spectramind kaggle notebook +paths.out=kaggle"
PUBLISH_EXAMPLE = "Example: spectramind kaggle publish --dry-run model=v50 +paths.out=kaggle"


@app.command("bundle", epilog=BUNDLE_EXAMPLE)
def bundle(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write the three dataset folders: code and wheels, weights, frozen configuration."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.kaggle.bundle import make_bundle
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out = required(config.paths.out, "paths.out")
        summary = make_bundle(config, out, overrides or ())
        lines = [
            *(f"dataset  {name}, {size / 1e6:.1f} MB" for name, size in summary.folders.items()),
            *(f"wheels   Python {python}: {size / 1e6:.1f} MB" for python, size in summary.wheels),
            f"commit   {summary.commit}",
            f"next     spectramind kaggle publish --dry-run +paths.out={out}",
        ]
        emit(summary.__dict__, lines, as_json)


@app.command("notebook", epilog=NOTEBOOK_EXAMPLE)
def notebook(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Write the submission notebook and its metadata, internet off."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.kaggle.notebook import write_notebook
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out = required(config.paths.out, "paths.out")
        paths = write_notebook(config.kaggle, out, config.calib)
        written = [str(path) for path in paths]
        emit({"written": written}, [f"written  {path}" for path in written], as_json)


@app.command("publish", epilog=PUBLISH_EXAMPLE)
def publish(
    overrides: Overrides = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done on Kaggle; change nothing.")
    ] = False,
    submit: Annotated[
        bool, typer.Option("--submit", help="Wait for the notebook's run, then hand it in.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring datasets and notebook to Kaggle: created or versioned, ready, pushed, told."""
    with one_line_errors():
        import dataclasses

        from spectramind.conf.compose import compose
        from spectramind.kaggle.client import Client
        from spectramind.kaggle.publish import publish as bring
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out = required(config.paths.out, "paths.out")
        client = Client(dry=dry_run, tell=lambda text: typer.echo(text, err=True))
        done = bring(config, out, overrides or (), client, submit)
        version = f", version {done.version}" if done.version else ""
        lines = [
            f"account   {done.user}",
            *(
                f"dataset   {name}: {what}, version {done.versions[name]}"
                for name, what in done.datasets.items()
            ),
            f"notebook  {done.kernel}: {done.notebook}{version}",
            *([f"handed in {done.submission or 'would be'}"] if submit else []),
            *(f"address   {address}" for address in done.addresses),
        ]
        if not submit:
            lines.append("next      the same command with --submit, when its run is complete")
        emit(dataclasses.asdict(done), lines, as_json)


REHEARSE_EXAMPLE = "Example: spectramind kaggle rehearse +paths.input=SURVEY +paths.out=kaggle"


@app.command("rehearse", epilog=REHEARSE_EXAMPLE)
def rehearse(overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Run the notebook as Kaggle would: offline, bounded, on planets it has never seen."""
    with one_line_errors():
        import dataclasses
        from contextlib import ExitStack
        from tempfile import TemporaryDirectory

        from spectramind.conf.compose import compose
        from spectramind.kaggle.rehearsal import rehearse as run_rehearsal
        from spectramind.kaggle.rehearsal_plan import plan_of
        from spectramind.kaggle.rehearsal_summary import summary_lines

        config = compose(overrides or ())
        with ExitStack() as stack:
            scratch = config.rehearsal.keep or Path(
                stack.enter_context(TemporaryDirectory(prefix="rehearsal-"))
            )
            plan = plan_of(config, scratch, lambda text: typer.echo(text, err=True))
            done = run_rehearsal(plan, config.kaggle)
        emit(dataclasses.asdict(done), summary_lines(done), as_json)
        if done.problems:
            raise typer.Exit(4)
