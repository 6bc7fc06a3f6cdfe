"""Wheels and datasets without a network: made of what is installed."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

import spectramind
from spectramind.conf.compose import compose
from spectramind.kaggle.bundle import CONFIG, OVERRIDES
from spectramind.kaggle.metadata import DATASET_FILE
from spectramind.kaggle.notebook import write_notebook
from spectramind.kaggle.pure_wheel import write_wheel
from spectramind.kaggle.wheelhouse import WHEELS
from spectramind.models.checkpoint import write_checkpoint
from spectramind.models.physics import generic_model, physics_checkpoint
from spectramind.provenance.folder_manifest import write_manifest
from spectramind.survey.dispersion import channel_wavelengths


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of every bundled distribution, repacked from the running environment."""
    folder = tmp_path_factory.mktemp("wheels")
    for wanted in WHEELS:
        found = metadata.distribution(wanted.name)
        files = {
            str(file): Path(str(found.locate_file(file))).read_bytes()
            for file in found.files or ()
            if ".." not in file.parts and file.suffix not in (".pyc",)
            and not file.parts[0].endswith(".dist-info")
        }  # fmt: skip
        text = found.read_text("METADATA") or ""
        write_wheel(folder, found.metadata["Name"], found.version, text, files)
    return folder


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generic physics model as a checkpoint."""
    path = tmp_path_factory.mktemp("weights") / "model.ckpt"
    model = generic_model(channel_wavelengths(), compose().transit)
    write_checkpoint(path, physics_checkpoint(model, {}))
    return path


@pytest.fixture(scope="session")
def made(wheels: Path, checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Datasets and notebook; the package's wheel only points to the source under test.

    So the kernels that are compiled already are used: compiling anew takes half a minute.
    """
    out = tmp_path_factory.mktemp("made")
    names = compose().kaggle
    code, weights, configs = (out / slug for slug in names.datasets)
    for folder in (code, weights, configs):
        folder.mkdir()
    for wheel in wheels.iterdir():
        (code / wheel.name).write_bytes(wheel.read_bytes())
    source = str(Path(spectramind.__file__).parents[1])
    about = f"Metadata-Version: 2.1\nName: spectramind\nVersion: {spectramind.__version__}\n"
    about += "".join(f"Requires-Dist: {wheel.name}\n" for wheel in WHEELS)
    files = {"spectramind.pth": f"{source}\n".encode()}
    write_wheel(code, "spectramind", spectramind.__version__, about, files)
    (weights / "model.ckpt").write_bytes(checkpoint.read_bytes())
    (configs / OVERRIDES).write_text("# none\nmodel=physics\n")
    (configs / CONFIG).write_text("model: {name: physics}\n")
    for folder in (code, weights, configs):
        (folder / DATASET_FILE).write_text("{}")
        write_manifest(folder, {"commit": "test"}, beside=(DATASET_FILE,))
    write_notebook(names, out, compose().calib)
    return out
