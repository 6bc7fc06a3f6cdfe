"""Stage `calibrate-temp`: sigma_raw to sigma, with what was learnt on training planets."""

from __future__ import annotations

from dataclasses import replace

from spectramind.conf.schema.config import Config
from spectramind.models.predictions import Predictions, read_predictions, write_predictions
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


def calibrate(config: Config) -> Predictions:
    """Rewrite the last prediction with calibrated sigma; repeated calls give the same bytes.

    Raises
    ------
    DataError : there is no prediction to calibrate
    """
    path = Places(last_out(config), config.data.split).predictions
    predictions = read_predictions(path)
    calibrated = replace(
        predictions,
        sigma=predictions.sigma_raw,
        attributes={
            **predictions.attributes,
            "calibration": "; ".join(applied_calibrators(config)),
        },
    )
    write_predictions(path, calibrated)
    return calibrated
