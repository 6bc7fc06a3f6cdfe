"""The submission notebook: generated, seven cells, the four commands to the letter."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.kaggle.metadata import (
    KERNEL_FILE,
    NOTEBOOK_FILE,
    check_kernel,
    kernel_metadata,
    metadata_text,
)
from spectramind.models.checkpoint import FILE_NAME as CHECKPOINT
from spectramind.provenance.atomic import write_text

INPUT, WORKING = "/kaggle/input", "/kaggle/working"
_RUN = "!python -m spectramind"


def _prepare(config: KaggleConfig) -> str:
    source = files("spectramind.kaggle").joinpath("prepare.py").read_text(encoding="utf-8")
    arguments = ", ".join(f'"{slug}"' for slug in config.datasets)
    return f'{source}\n\nprint(prepare(Path("{INPUT}"), {arguments}))'


def commands(config: KaggleConfig) -> tuple[str, ...]:
    """The four commands, as they stand in the notebook's cells."""
    out = f"{WORKING}/output"
    return (
        f"{_RUN} test --mode=fast",
        f"{_RUN} predict +data.split=test +runtime.kaggle=true "
        f"+paths.input={INPUT}/{config.competition} +paths.out={out} "
        f"+model.ckpt={INPUT}/{config.weights}/{CHECKPOINT}",
        f"{_RUN} calibrate-temp +calib.corel=true +paths.out={out}",
        f"{_RUN} submit +submit.bundle={WORKING}/submission.zip +report.html=true",
    )


_SHOW = f'''from pathlib import Path
from IPython.display import HTML, display

print(Path("{WORKING}/submission.csv").stat().st_size, "bytes in submission.csv")
if (report := Path("{WORKING}/output/report.html")).is_file():
    display(HTML(report.read_text()))'''


def notebook(config: KaggleConfig) -> dict[str, Any]:
    """The notebook as the value of its JSON, nbformat 4.5."""
    about = (
        f"# {config.title}\n\nFrames to spectra, offline: verify and install, self-test, predict, "
        "calibrate, validate and package, show the report. A valid `submission.csv` is there from "
        "the first minute of `predict` on and is filled as planets finish."
    )
    cells = [_cell("markdown", "about", about), _cell("code", "prepare", _prepare(config))]
    names = ("test", "predict", "calibrate", "submit")
    cells += [_cell("code", n, c) for n, c in zip(names, commands(config), strict=True)]
    cells.append(_cell("code", "show", _SHOW))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True)}


def write_notebook(config: KaggleConfig, out: Path) -> tuple[Path, Path]:
    """Write the notebook and its metadata into `out`; return both paths.

    Raises
    ------
    DataError : Kaggle would refuse the metadata
    """
    metadata = kernel_metadata(config)
    check_kernel(metadata)
    paths = out / NOTEBOOK_FILE, out / KERNEL_FILE
    write_text(paths[0], json.dumps(notebook(config), indent=1) + "\n")
    write_text(paths[1], metadata_text(metadata))
    return paths
