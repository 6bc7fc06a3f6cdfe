"""Stage `calibrate-temp`: sigma_raw to sigma, with what was learnt on training planets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spectramind.conf.schema.config import Config
from spectramind.models.predictions import read_predictions, write_predictions
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places


def applied_calibrators(config: Config) -> tuple[str, ...]:
    """One line a calibrator: what is applied to sigma_raw, or why nothing is.

    Calibrators live in the checkpoint. Physics alone has none, and calibrating on the unlabelled
    test planets themselves is not offered: they carry no truth to calibrate against.
    """
    reason = "identity: physics without a checkpoint carries no calibrator"
    lines = [f"temperature: {reason}"]
    lines.append(f"corel: {reason}" if config.calib.corel else "corel: off (calib.corel=false)")
    return tuple(lines)


@dataclass(frozen=True)
class CalibrateSummary:
    """What a `calibrate-temp` did, one line a calibrator."""

    estimator: str
    applied: tuple[str, ...]
    predictions: str


def calibrate(config: Config) -> CalibrateSummary:
    """Rewrite the last prediction with calibrated sigma; repeated calls give the same bytes.

    Raises
    ------
    DataError : there is no prediction to calibrate
    """
    path = Places(last_out(config), config.data.split).predictions
    predictions, applied = read_predictions(path), applied_calibrators(config)
    attributes = {**predictions.attributes, "calibration": "; ".join(applied)}
    write_predictions(
        path, replace(predictions, sigma=predictions.sigma_raw, attributes=attributes)
    )
    return CalibrateSummary(predictions.attributes["estimator"], applied, str(path))
