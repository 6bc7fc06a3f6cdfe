"""Physics alone as a model: learnt priors for the transit fit, a learnt calibration after it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.transit import TransitConfig
from spectramind.errors import DataError
from spectramind.models.checkpoint import Checkpoint, read_checkpoint
from spectramind.transit.calibration import TransitCalibration, neutral_calibration
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.priors import (
    TransitPriors,
    generic_priors,
    priors_from_json,
    priors_to_json,
)

NAME = "physics"


@dataclass(frozen=True)
class PhysicsModel:
    """What the transit inference knows before it sees a planet, and what is done to its answer."""

    priors: TransitPriors
    calibration: TransitCalibration


def generic_model(wavelength: NDArray[np.float64], config: TransitConfig) -> PhysicsModel:
    """The model without any training planets.

    Parameters
    ----------
    wavelength : (283,) micrometre
    """
    orders = DriftOrders(config.drift_order, config.drift_colours, config.limb_order)
    return PhysicsModel(generic_priors(wavelength, orders), neutral_calibration())


def physics_checkpoint(model: PhysicsModel, texts: dict[str, str]) -> Checkpoint:
    """The model as a checkpoint, with further `texts` on its origin."""
    arrays = {
        f"calibration.{field.name}": getattr(model.calibration, field.name)
        for field in fields(TransitCalibration)
    }
    return Checkpoint(NAME, arrays, {**texts, "priors": priors_to_json(model.priors)})


def read_physics_model(path: Path, model: str = NAME) -> PhysicsModel:
    """The physics in the checkpoint at `path`.

    Parameters
    ----------
    model : name of the estimator whose checkpoint it is; networks carry the physics they start from

    Raises
    ------
    DataError : no such file, damaged, or of another estimator
    """
    checkpoint = read_checkpoint(path, model)
    try:
        values = {
            field.name: checkpoint.arrays[f"calibration.{field.name}"]
            for field in fields(TransitCalibration)
        }
        priors = priors_from_json(checkpoint.texts["priors"], path)
    except KeyError as error:
        remedy = "train it again with `spectramind train model=physics`"
        raise DataError(path, f"learnt {error}", "none", remedy) from error
    calibration = TransitCalibration(**values)
    if fault := calibration.fault():
        remedy = "train it again with `spectramind train model=physics`"
        raise DataError(path, "a learnt calibration", fault, remedy)
    return PhysicsModel(priors, calibration)
