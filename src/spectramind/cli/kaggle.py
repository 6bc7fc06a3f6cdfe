"""`spectramind kaggle`: datasets, notebook and dress rehearsal for Kaggle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spectramind.cli.verb import AsJson, Overrides, emit, one_line_errors

app = typer.Typer(no_args_is_help=True, help="Datasets, notebook and dress rehearsal for Kaggle.")

Push = Annotated[
    bool, typer.Option("--push", help="Upload too; needs the kaggle command, a token.")
]

BUNDLE_EXAMPLE = (
    "Example: spectramind kaggle bundle +paths.out=kaggle +model.ckpt=trained/model.ckpt"
)
NOTEBOOK_EXAMPLE = "Example: spectramind kaggle notebook +paths.out=kaggle"


@app.command("bundle", epilog=BUNDLE_EXAMPLE)
def bundle(overrides: Overrides = None, push: Push = False, as_json: AsJson = False) -> None:
    """Write the three dataset folders: code and wheels, weights, frozen configuration."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.kaggle.bundle import make_bundle
        from spectramind.kaggle.upload import dataset_commands, shown
        from spectramind.kaggle.upload import push as upload
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out = required(config.paths.out, "paths.out")
        summary = make_bundle(config, out, overrides or ())
        commands = dataset_commands([Path(name) for name in summary.folders], f"{summary.code}")
        said = [upload(command) for command in commands] if push else []
        lines = [
            *(f"dataset  {name}, {size / 1e6:.1f} MB" for name, size in summary.folders.items()),
            f"commit   {summary.commit}",
            *(f"upload   {shown(command)}" for command in commands),
            *said,
        ]
        uploads = [shown(command) for command in commands]
        emit({**summary.__dict__, "upload": uploads, "said": said}, lines, as_json)


@app.command("notebook", epilog=NOTEBOOK_EXAMPLE)
def notebook(overrides: Overrides = None, push: Push = False, as_json: AsJson = False) -> None:
    """Write the submission notebook and its metadata, internet off."""
    with one_line_errors():
        from spectramind.conf.compose import compose
        from spectramind.kaggle.notebook import write_notebook
        from spectramind.kaggle.upload import kernel_command, shown
        from spectramind.kaggle.upload import push as upload
        from spectramind.pipeline.places import required

        config = compose(overrides or ())
        out = required(config.paths.out, "paths.out")
        paths = write_notebook(config.kaggle, out)
        command = kernel_command(out)
        said = [upload(command)] if push else []
        lines = [*(f"written  {path}" for path in paths), f"upload   {shown(command)}", *said]
        written = [str(path) for path in paths]
        emit({"written": written, "upload": [shown(command)], "said": said}, lines, as_json)


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
            done = run_rehearsal(plan_of(config, scratch), config.kaggle)
        emit(dataclasses.asdict(done), summary_lines(done), as_json)
        if done.problems:
            raise typer.Exit(4)
