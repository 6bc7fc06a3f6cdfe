"""The physics model that has learnt nothing, as a checkpoint: what a bundle needs at least."""

from __future__ import annotations

from pathlib import Path

from spectramind.conf.compose import compose
from spectramind.models.checkpoint import FILE_NAME, write_checkpoint
from spectramind.models.physics import generic_model, physics_checkpoint
from spectramind.survey.dispersion import channel_wavelengths


def generic_checkpoint(folder: Path) -> Path:
    """Write it into `folder`; its path."""
    model = generic_model(channel_wavelengths(), compose().transit)
    write_checkpoint(folder / FILE_NAME, physics_checkpoint(model, {}))
    return folder / FILE_NAME
