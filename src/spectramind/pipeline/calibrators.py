"""Calibrators between the products: learnt from out-of-fold predictions, kept in the checkpoint."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.calibration import CalibConfig
from spectramind.errors import DataError
from spectramind.models.channel_graph import channel_graph
from spectramind.models.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from spectramind.models.predictions import Predictions
from spectramind.provenance.digest import sha256
from spectramind.submission.metric import METRICS
from spectramind.submission.score import cell_scores, naive_model
from spectramind.survey.edition import Edition, edition_of_channels
from spectramind.uncertainty.calibrators import Calibrators, Certified, certify
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.cross_fit import Lesson
from spectramind.uncertainty.half_widths import GAUSSIAN
from spectramind.uncertainty.learning import learn_calibrators
from spectramind.uncertainty.sample import Score, sample_of
from spectramind.uncertainty.stored import (
    PREFIX,
    TEXT,
    calibrator_arrays,
    calibrator_text,
    calibrators_from,
)

FloatArray = NDArray[np.float64]


def official_by_planet(truth: FloatArray, edition: Edition) -> Score:
    """The official score of each planet, naive answer from known depths (planet, 283)."""
    naive = naive_model(truth, edition)

    def score(known: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
        cells = cell_scores(known, mu, sigma, naive)
        weights = naive.metric.weights * np.isfinite(cells)
        total = weights.sum(axis=1)
        summed = (np.where(np.isfinite(cells), cells, 0.0) * weights).sum(axis=1)
        return np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)

    return score


def lesson_of(config: CalibConfig, truth: FloatArray, wavelength: FloatArray) -> Lesson:
    """How calibrators are learnt: COREL where it is wanted and torch is there to train it."""
    wanted = config.corel and find_spec("torch") is not None
    edition = edition_of_channels(wavelength)
    return Lesson(
        score=official_by_planet(truth[np.isfinite(truth).all(axis=1)], edition),
        weights=METRICS[edition].weights,
        operators=channel_graph(wavelength).operators if wanted else None,
        folds=config.folds,
        pooling=config.pooling,
        graph=config.graph,
    )


def learn_from(
    predictions: Predictions, path: Path, config: CalibConfig
) -> tuple[Calibrators, Predictions]:
    """Calibrators that out-of-fold predictions teach.

    Parameters
    ----------
    path : where the predictions came from

    Returns
    -------
    calibrators : learnt from all planets
    predictions : the same planets, each calibrated by what the others teach

    Raises
    ------
    DataError : the predictions carry no truth, or no planet can teach anything
    """
    sample, usable = sample_of(predictions)
    if predictions.truth is None or len(sample) < 2:
        found = "none" if predictions.truth is None else f"{len(sample)}"
        expected = "at least 2 fitted planets with known depths"
        raise DataError(path, expected, found, "train the model again with `spectramind train`")
    lesson = lesson_of(config, predictions.truth, predictions.wavelength)
    learnt = learn_calibrators(sample, lesson)
    table = _with(predictions, usable, learnt.out_of_fold)
    lines = {"calibration": "; ".join(("by the other folds", *learnt.calibrators.lines))}
    return learnt.calibrators, replace(table, attributes={**predictions.attributes, **lines})


def certified(predictions: Predictions, calibrators: Calibrators, corel: bool) -> Predictions:
    """Predictions with calibrated sigma, intervals and band; fallbacks keep their sigma."""
    sample, usable = sample_of(predictions, calibrators.featured)
    return _with(predictions, usable, certify(calibrators, sample, corel))


def _with(predictions: Predictions, usable: NDArray[np.bool_], found: Certified) -> Predictions:
    """Fallbacks are Gaussian with the sigma that they state; doubtful planets are not narrowed."""
    sigma = predictions.sigma_raw.copy()
    half_width = sigma[..., None] * GAUSSIAN
    band = half_width[..., -1].copy()
    least = sigma.copy(), half_width.copy(), band.copy()
    sigma[usable], half_width[usable], band[usable] = found.sigma, found.half_width, found.band
    doubtful = np.array([status == "doubtful" for status in predictions.status], dtype=np.bool_)
    for calibrated, stated in zip((sigma, half_width, band), least, strict=True):
        calibrated[doubtful] = np.maximum(calibrated[doubtful], stated[doubtful])
    return replace(
        predictions,
        sigma=sigma,
        lower=predictions.mu[..., None] - half_width,
        upper=predictions.mu[..., None] + half_width,
        band=band,
        level=np.array(LEVELS),
    )


def add_calibrators(path: Path, model: str, calibrators: Calibrators, origin: Path) -> None:
    """Put calibrators into the checkpoint at `path`, in place of any that it carries.

    Parameters
    ----------
    origin : out-of-fold predictions that taught them; the checkpoint keeps their digest

    Raises
    ------
    DataError : it is no checkpoint of `model`, or cannot be written
    """
    before = read_checkpoint(path, model)
    arrays = {k: v for k, v in before.arrays.items() if not k.startswith(PREFIX)}
    learnt = {TEXT: calibrator_text(calibrators), "out_of_fold": sha256(origin)}
    merged = Checkpoint(
        model, {**arrays, **calibrator_arrays(calibrators)}, {**before.texts, **learnt}
    )
    write_checkpoint(path, merged)


def read_calibrators(path: Path, model: str) -> Calibrators | None:
    """Calibrators in the checkpoint at `path`; None if it was trained without.

    Raises
    ------
    DataError : no such file, damaged, or of another estimator
    """
    checkpoint = read_checkpoint(path, model)
    if TEXT not in checkpoint.texts:
        return None
    try:
        return calibrators_from(checkpoint.arrays, checkpoint.texts[TEXT])
    except (KeyError, ValueError) as error:
        remedy = "train it again with `spectramind train`"
        raise DataError(path, "its calibrators", str(error), remedy) from error
