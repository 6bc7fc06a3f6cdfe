"""The table of a transit inference: score, errors and calibration, one line a variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources

import numpy as np
import yaml

from spectramind.conf.schema.transit import TransitConfig
from spectramind.submission.score import CHANNEL_WEIGHTS, NaiveModel, cell_scores
from spectramind.transit.calibration import (
    TransitCalibration,
    error_parts,
    learn_calibration,
    with_factors,
)
from spectramind.transit.cross_validation import TrainingPlanet, parts_table
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.priors import TransitPriors, without

WIDTH = 34


def configuration() -> TransitConfig:
    """The package's defaults."""
    text = resources.files("spectramind.conf").joinpath("transit/default.yaml").read_text()
    return TransitConfig.model_validate(yaml.safe_load(text))


def header() -> None:
    """Print the names of the columns."""
    print(
        f"{'':{WIDTH}s} score            FGS1 / AIRS     median |error|, ppm  "
        f"mean z^2 of the three parts\n"
        f"{'':{WIDTH}s}                                  FGS1  mean shape    FGS1       "
        "AIRS mean  AIRS shape"
    )


def normalised(
    posterior: DepthPosterior, error: np.ndarray, calibration: TransitCalibration
) -> tuple[float, float, float]:
    """Squared error over variance of FGS1, AIRS mean and AIRS shape, as they are handed in."""
    parts, factors = error_parts(posterior), calibration.factors
    mean = float(error[1:].mean())
    shape = (error[1:] - mean) / (factors[2] * parts.airs_shape)
    return (
        (float(error[0]) / (factors[0] * parts.fgs1)) ** 2,
        (mean / (factors[1] * parts.airs_mean)) ** 2,
        float(np.mean(shape**2)),
    )


def row(
    label: str,
    planets: Sequence[TrainingPlanet],
    answers: Mapping[int, tuple[np.ndarray, np.ndarray]],
    squares: Sequence[tuple[float, float, float]],
    naive: NaiveModel,
) -> None:
    """Print one line.

    Parameters
    ----------
    answers : mean and sigma, (283,) each, by planet id
    squares : `normalised` of each planet
    """
    truth = np.array([p.depth for p in planets])
    mean = np.array([answers[p.planet_id][0] for p in planets])
    sigma = np.array([answers[p.planet_id][1] for p in planets])
    cells = cell_scores(truth, mean, sigma, naive)
    scores = cells @ CHANNEL_WEIGHTS / CHANNEL_WEIGHTS.sum()
    median, _ = parts_table(list(truth - mean))
    square = np.array(squares)
    spread = square.std(axis=0) / np.sqrt(len(square))
    means = square.mean(axis=0)
    fgs1, airs, shape = (f"{m:.2f}±{s:.2f}" for m, s in zip(means, spread, strict=True))
    error = scores.std() / np.sqrt(len(scores))
    print(
        f"{label:{WIDTH}s} {scores.mean():.4f} ± {error:.3f}  {cells[:, 0].mean():.3f} / "
        f"{cells[:, 1:].mean():.3f}   {median[0] * 1e6:5.1f} {median[1] * 1e6:5.1f} "
        f"{median[2] * 1e6:5.1f}    {fgs1}  {airs}  {shape}",
        flush=True,
    )


def single_factor(*arguments: object) -> TransitCalibration:
    """One factor for all parts of sigma: the mean of the squares of all residuals."""
    calibration = learn_calibration(*arguments)  # type: ignore[arg-type]
    return with_factors(calibration, float(np.sqrt(np.mean(calibration.factors**2))))


def uncorrected(*arguments: object) -> TransitCalibration:
    """Factors on sigma alone."""
    return learn_calibration(*arguments, correct_mean=False)  # type: ignore[arg-type]


def _colourless(priors: TransitPriors) -> TransitPriors:
    """Drift that is the same in all AIRS channels."""
    grid = np.arange(priors.orders.airs).reshape(priors.orders.time, -1)
    drift = replace(
        priors.drift,
        departure=_without(priors.drift.departure, grid[:, 1:].ravel()),
        gain_colour=_without(priors.drift.gain_colour, np.arange(1, priors.orders.colour + 1)),
    )
    return replace(priors, drift=drift)


def _without(covariance: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Coefficients `off` held at zero."""
    out = covariance.copy()
    out[off, :] = 0.0
    out[:, off] = 0.0
    out[off, off] = 1e-14
    return out


def ablated(priors: TransitPriors, generic: TransitPriors) -> dict[str, TransitPriors]:
    """Priors with one part left out, by name."""
    return {
        "without Gaussian process": without(priors, process=True),
        "without learnt shapes": without(priors, shapes=True),
        "without limb-darkening prior": replace(
            priors, star_mean=generic.star_mean, star_scatter=generic.star_scatter
        ),
        "without chromatic drift": _colourless(priors),
    }
