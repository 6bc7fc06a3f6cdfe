"""How good spectra and their error bars are, in the numbers that tables of models show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.score import NaiveModel, official_score

FloatArray = NDArray[np.float64]

INTERVALS = {"68": 1.0, "90": 1.6449, "95": 1.96}
"""Half-widths of Gaussian intervals in sigma, by their nominal coverage in per cent."""
_PPM = 1e6


@dataclass(frozen=True)
class Accuracy:
    """Of the spectra of one survey.

    score, fgs1, airs      official score and its two parts
    rms_fgs1, rms_airs     ppm, root mean square error over planets (and channels)
    median_fgs1, median_airs  ppm, median absolute error
    mean_z2                mean squared error over sigma squared; 1 where sigma is true
    coverage_68 ..         share of all cells within the Gaussian interval, per cent
    """

    score: float
    fgs1: float
    airs: float
    rms_fgs1: float
    rms_airs: float
    median_fgs1: float
    median_airs: float
    mean_z2: float
    coverage_68: float
    coverage_90: float
    coverage_95: float


def accuracy(truth: FloatArray, mu: FloatArray, sigma: FloatArray, naive: NaiveModel) -> Accuracy:
    """Judge (planet, 283) spectra against their truth."""
    report = official_score(truth, mu, sigma, naive)
    error = mu - truth
    z = np.abs(error / sigma)
    inside = {name: 100.0 * float((z < width).mean()) for name, width in INTERVALS.items()}
    return Accuracy(
        score=report.score,
        fgs1=report.fgs1,
        airs=report.airs,
        rms_fgs1=_PPM * float(np.sqrt(np.mean(error[:, 0] ** 2))),
        rms_airs=_PPM * float(np.sqrt(np.mean(error[:, 1:] ** 2))),
        median_fgs1=_PPM * float(np.median(np.abs(error[:, 0]))),
        median_airs=_PPM * float(np.median(np.abs(error[:, 1:]))),
        mean_z2=float(np.mean(z**2)),
        coverage_68=inside["68"],
        coverage_90=inside["90"],
        coverage_95=inside["95"],
    )
