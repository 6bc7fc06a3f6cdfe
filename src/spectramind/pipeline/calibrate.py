"""Stage `calibrate-temp`: sigma_raw to sigma, with what was learnt on training planets.

Calibrators live in the checkpoint. Calibrating on the unlabelled test planets themselves is not
offered: they carry no truth to calibrate against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.models.physics import PhysicsModel, read_physics_model
from spectramind.models.predictions import Predictions, read_predictions, write_predictions
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.transit.calibration import scaled_sigma
from spectramind.transit.product import read_posterior

_NONE = "identity: no checkpoint, so no calibrator"


@dataclass(frozen=True)
class CalibrateSummary:
    """What a `calibrate-temp` did, one line a calibrator."""

    estimator: str
    applied: tuple[str, ...]
    predictions: str


def _model_of(summary: PredictSummary, config: Config) -> PhysicsModel | None:
    path = config.model.ckpt or (Path(summary.checkpoint) if summary.checkpoint else None)
    return read_physics_model(path) if path else None


def _temperature(
    predictions: Predictions, where: Places, model: PhysicsModel
) -> NDArray[np.float64]:
    """(planet, channel) sigma of every planet scaled part by part; fallbacks stay as they are."""
    sigma = predictions.sigma_raw.copy()
    for row, planet in enumerate(predictions.planet_ids):
        if predictions.status[row] == "ok":
            posterior = read_posterior(where.posterior(planet))
            sigma[row] = scaled_sigma(posterior, model.calibration)
    return sigma


def _lines(model: PhysicsModel | None, corel: bool) -> tuple[str, ...]:
    """One line a calibrator: what is applied to sigma_raw, or why nothing is."""
    if model is None:
        temperature, reason = f"temperature: {_NONE}", _NONE
    else:
        fgs1, mean, shape = model.calibration.factors
        temperature = (
            f"temperature: FGS1 x {fgs1:.3f}, AIRS mean x {mean:.3f}, AIRS shape x {shape:.3f}"
        )
        reason = "identity: the checkpoint carries none"
    return temperature, f"corel: {reason}" if corel else "corel: off (calib.corel=false)"


def calibrate(config: Config) -> CalibrateSummary:
    """Rewrite the last prediction with calibrated sigma; repeated calls give the same bytes.

    Raises
    ------
    DataError : there is no prediction to calibrate, or its checkpoint is gone
    """
    out = last_out(config)
    summary = read_summary(Places(out, config.data.split).summary)
    where = Places(out, summary.split)
    predictions, model = read_predictions(where.predictions), _model_of(summary, config)
    sigma = _temperature(predictions, where, model) if model else predictions.sigma_raw
    applied = _lines(model, config.calib.corel)
    attributes = {**predictions.attributes, "calibration": "; ".join(applied)}
    write_predictions(where.predictions, replace(predictions, sigma=sigma, attributes=attributes))
    return CalibrateSummary(summary.estimator, applied, str(where.predictions))
