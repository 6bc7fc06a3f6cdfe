"""The rule by which a calibrator is kept: the nested score rises, coverage stays in its band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.half_widths import GAUSSIAN
from spectramind.uncertainty.level_choice import rises
from spectramind.uncertainty.sample import Sample, Score

FloatArray = NDArray[np.float64]

BAND = (0.85, 0.97)
"""Share of errors within 1.645 sigma that is true enough; 90 % for Gaussian errors. Heavier tails
at the same root mean square put more of them inside, never the other way."""

ERRORS = 0.5
"""Standard errors by which the score must rise."""


@dataclass(frozen=True)
class Verdict:
    """Whether a calibrator is kept, and why.

    gain, error  mean rise of the score out of fold, and its standard error
    covered      share of the errors within 1.645 sigma
    """

    kept: bool
    gain: float
    error: float
    covered: float

    def line(self, name: str) -> str:
        """The verdict on the calibrator `name`, for people."""
        word = "kept" if self.kept else "not kept, identity"
        return (
            f"{name}: {word} (score {self.gain:+.5f} ± {self.error:.5f} out of fold, "
            f"{100 * self.covered:.1f} % within 1.645 sigma)"
        )


def covered_share(error: FloatArray, half_width: FloatArray) -> float:
    """Share of the known errors within their half-widths; NaN without any."""
    known = np.isfinite(error)
    if not known.any():
        return float("nan")
    return float(np.mean(np.abs(error[known]) <= half_width[known]))


def judge(sample: Sample, before: FloatArray, after: FloatArray, score: Score) -> Verdict:
    """Compare two sigmas (planet, channel) that other planets have taught.

    The new one is kept if the score rises by more than half a standard error, and coverage lies in
    its band or moves towards it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = score(sample.truth, sample.mu, after) - score(sample.truth, sample.mu, before)
    gain = gain[np.isfinite(gain)]
    if gain.size < 2:
        return Verdict(False, 0.0, 0.0, float("nan"))
    old, new = (covered_share(sample.error, GAUSSIAN[1] * sigma) for sigma in (before, after))
    steady = BAND[0] <= new <= BAND[1] or abs(new - 0.9) <= abs(old - 0.9)
    error = float(gain.std(ddof=1)) / np.sqrt(gain.size)
    return Verdict(rises(gain, ERRORS) and steady, float(gain.mean()), error, new)
