"""Stage `calibrate-temp`: sigma_raw to sigma, with what was learnt on training planets.

Calibrators live in the checkpoint, or are learnt again from the out-of-fold predictions beside it.
Calibrating on the unlabelled test planets themselves is not offered: they carry no truth to
calibrate against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, read_predictions, write_predictions
from spectramind.pipeline.calibrators import certified, learn_from, read_calibrators
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.uncertainty.calibrators import Calibrators

_NO_CHECKPOINT = "identity: no checkpoint, so no calibrator"
_NOT_TRAINED = "identity: the checkpoint carries no calibrator"


@dataclass(frozen=True)
class CalibrateSummary:
    """What a `calibrate-temp` did, one line a calibrator."""

    estimator: str
    applied: tuple[str, ...]
    predictions: str


def _calibrators(summary: PredictSummary, config: Config) -> Calibrators | str:
    """Calibrators of the last prediction's model, or why there are none."""
    path = config.model.ckpt or (Path(summary.checkpoint) if summary.checkpoint else None)
    if path is None:
        if config.calib.fit:
            remedy = "predict with model.ckpt=FILE first"
            raise DataError("calib.fit", "a checkpoint beside its training", "none", remedy)
        return _NO_CHECKPOINT
    if config.calib.fit:
        out_of_fold = path.parent / OUT_OF_FOLD
        return learn_from(read_predictions(out_of_fold), out_of_fold, config.calib)[0]
    return read_calibrators(path, summary.estimator) or _NOT_TRAINED


def _applied(
    predictions: Predictions, found: Calibrators | str, config: Config
) -> tuple[Predictions, tuple[str, ...]]:
    """Calibrated predictions and one line a calibrator."""
    if isinstance(found, str):
        return replace(predictions, sigma=predictions.sigma_raw), (found,)
    lines = found.lines
    if found.relational is not None and not config.calib.corel:
        lines = (*lines[:-1], "corel: off (calib.corel=false)")
    return certified(predictions, found, config.calib.corel), lines


def calibrate(config: Config) -> CalibrateSummary:
    """Rewrite the last prediction with calibrated sigma; repeated calls give the same bytes.

    Raises
    ------
    DataError : there is no prediction to calibrate, or its checkpoint is gone
    """
    out = last_out(config)
    summary = read_summary(Places(out, config.data.split).summary)
    where = Places(out, summary.split)
    predictions = read_predictions(where.predictions)
    calibrated, applied = _applied(predictions, _calibrators(summary, config), config)
    attributes = {**predictions.attributes, "calibration": "; ".join(applied)}
    write_predictions(where.predictions, replace(calibrated, attributes=attributes))
    return CalibrateSummary(summary.estimator, applied, str(where.predictions))
