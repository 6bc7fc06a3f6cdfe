"""The submission notebook: generated, seven cells, the four commands to the letter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from spectramind.conf.schema.calibration import CalibConfig
from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.kaggle.metadata import (
    KERNEL_FILE,
    NOTEBOOK_FILE,
    SHAPES,
    check_kernel,
    kernel_metadata,
    metadata_text,
)
from spectramind.models.checkpoint import FILE_NAME as CHECKPOINT
from spectramind.provenance.atomic import write_text

INPUT, WORKING = "/kaggle/input", "/kaggle/working"
_RUN = "!python -m spectramind"


@dataclass(frozen=True)
class Published:
    """What the notebook is to name: hash of the bundle, and version of each dataset by its name."""

    bundle: str
    versions: Mapping[str, int]


def machine_shape(config: KaggleConfig, calibration: CalibConfig) -> str | None:
    """Kaggle's name of the accelerator that the notebook needs, None for processors alone.

    Predicting takes minutes of processor time, so that a GPU and its weekly quota pay only where
    networks are trained: calibrators that are learnt again.
    """
    trains = calibration.fit and calibration.corel
    wanted = config.machine == "t4x2" or (config.machine == "auto" and trains)
    return SHAPES[0] if wanted else None


def _prepare(config: KaggleConfig) -> str:
    source = files("spectramind.kaggle").joinpath("prepare.py").read_text(encoding="utf-8")
    arguments = ", ".join(f'"{name}"' for name in (config.competition, *config.datasets))
    return f'{source}\n\nprint(prepare(Path("{INPUT}"), {arguments}))'


def commands() -> tuple[str, ...]:
    """The four commands, as they stand in the notebook's cells.

    The first cell finds the survey and the weights and names them in SURVEY and WEIGHTS: Kaggle
    has mounted them in three ways so far.
    """
    out = f"{WORKING}/output"
    return (
        f"{_RUN} test --mode=fast",
        f"{_RUN} predict +data.split=test +runtime.kaggle=true "
        f"+paths.input=$SURVEY +paths.out={out} +model.ckpt=$WEIGHTS/{CHECKPOINT}",
        f"{_RUN} calibrate-temp +calib.corel=true +paths.out={out}",
        f"{_RUN} submit +submit.bundle={WORKING}/submission.zip +report.html=true",
    )


_SHOW = f'''from pathlib import Path
from IPython.display import HTML, display

print(Path("{WORKING}/submission.csv").stat().st_size, "bytes in submission.csv")
if (report := Path("{WORKING}/output/report.html")).is_file():
    display(HTML(report.read_text()))'''


def notebook(config: KaggleConfig, published: Published | None = None) -> dict[str, Any]:
    """The notebook as the value of its JSON, nbformat 4.5.

    Parameters
    ----------
    published : datasets that it is to run with; None where they are not on Kaggle yet
    """
    about = (
        f"# {config.title}\n\nFrames to spectra, offline: verify and install, self-test, predict, "
        "calibrate, validate and package, show the report. A valid `submission.csv` is there from "
        "the first minute of `predict` on and is filled as planets finish."
    )
    if published is not None:
        named = ", ".join(f"{name} version {n}" for name, n in published.versions.items())
        about += f"\n\nBundle {published.bundle}: {named}."
    cells = [_cell("markdown", "about", about), _cell("code", "prepare", _prepare(config))]
    names = ("test", "predict", "calibrate", "submit")
    cells += [_cell("code", n, c) for n, c in zip(names, commands(), strict=True)]
    cells.append(_cell("code", "show", _SHOW))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata: dict[str, Any] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    if published is not None:
        versions = dict(published.versions)
        metadata["spectramind"] = {"bundle": published.bundle, "datasets": versions}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True)}


def write_notebook(
    config: KaggleConfig, out: Path, calibration: CalibConfig, published: Published | None = None
) -> tuple[Path, Path]:
    """Write the notebook and its metadata into `out`; return both paths.

    Raises
    ------
    DataError : Kaggle would refuse the metadata
    """
    metadata = kernel_metadata(config, machine_shape(config, calibration))
    check_kernel(metadata)
    paths = out / NOTEBOOK_FILE, out / KERNEL_FILE
    write_text(paths[0], json.dumps(notebook(config, published), indent=1) + "\n")
    write_text(paths[1], metadata_text(metadata))
    return paths
