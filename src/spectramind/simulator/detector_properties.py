"""Detectors drawn from the distributions measured on real calibration files.

The truth of a detector and the calibration files that describe it are two things: wild
linearity coefficients are failed fits of sound pixels, hidden bad pixels are missing from the
dead map, and a hard survey's files are wrong by a known share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.calibration import Calibration
from spectramind.survey.instruments import Instrument, InstrumentName

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_SCALE = 1e5
"""Electron; linearity coefficients are kept for measured / _SCALE, where they are of order one."""
# Median over pixels of sum_k c_k x^k for x = measured / 1e5: +0.17/1.11/2.68/4.68/8.2 % (AIRS) and
# +0.09/0.68/1.70/3.03/5.4 % (FGS1) at 1e4/3e4/5e4/7e4/1e5 electrons.
_LINEARITY: dict[InstrumentName, tuple[float, ...]] = {
    "AIRS-CH0": (1.4e-6, 1.0, 0.00516, 0.12236, -0.05669, 0.01116),
    "FGS1": (2.6e-6, 1.0, 0.00120, 0.08137, -0.03452, 0.00595),
}
_LINEARITY_SCATTER = (1.5e-6, 0.005, 0.002, 0.004, 0.003, 0.0007)

# Distributions as quantiles: share of pixels below each value.
_DARK_SHARE = (0.0, 0.01, 0.05, 0.16, 0.5, 0.84, 0.95, 0.99, 0.9965, 0.999, 0.9997, 1.0)
_DARK = (-0.002, 0.0025, 0.0043, 0.0056, 0.00695, 0.0082, 0.009, 0.0103, 0.02, 0.5, 2.0, 12.0)
_READ_SHARE = (0.0, 0.01, 0.05, 0.16, 0.5, 0.84, 0.95, 0.99, 0.999, 1.0)
_READ_MAX: dict[InstrumentName, float] = {"AIRS-CH0": 278.0, "FGS1": 47.0}
_READ = (11.7, 12.0, 12.2, 12.42, 12.9, 14.2, 17.3, 30.0)

_FLAT_SCATTER: dict[InstrumentName, float] = {"AIRS-CH0": 0.0125, "FGS1": 0.012}
_DEAD_SHARE: dict[InstrumentName, float] = {"AIRS-CH0": 0.0018, "FGS1": 0.002}
_BLIND_SHARE = 0.0004
"""Pixels without response that are not in the dead map."""
_WILD_SHARE = 0.0015


@dataclass(frozen=True)
class DetectorTruth:
    """The detector as it is; maps are (row, column), linearity is (6, row, column).

    dark        electron / s
    response    relative
    read        electron
    linearity   true electrons = sum_k linearity[k] measured^k
    """

    dark: FloatArray
    response: FloatArray
    read: FloatArray
    dead: BoolArray
    linearity: FloatArray


def draw_detector(rng: np.random.Generator, instrument: Instrument) -> DetectorTruth:
    """Draw a detector with hot, dead, noisy and blind pixels."""
    name, shape = instrument.name, (instrument.rows, instrument.columns)
    read_values = (*_READ, 0.4 * _READ_MAX[name] + 15.0, _READ_MAX[name])
    read = np.exp(np.interp(rng.random(shape), _READ_SHARE, np.log(read_values)))
    response = rng.uniform(0.97, 1.03) * (1.0 + _FLAT_SCATTER[name] * rng.standard_normal(shape))
    dead = rng.random(shape) < _DEAD_SHARE[name]
    blind = (dead & (rng.random(shape) < 0.5)) | (rng.random(shape) < _BLIND_SHARE)
    response[blind] = 0.01 * rng.standard_normal(int(blind.sum()))
    read[blind & dead] *= rng.uniform(1.0, 4.0, int((blind & dead).sum()))
    return DetectorTruth(
        dark=np.interp(rng.random(shape), _DARK_SHARE, _DARK),
        response=response,
        read=np.minimum(read, _READ_MAX[name]),
        dead=dead,
        linearity=_draw_linearity(rng, name, shape),
    )


def _draw_linearity(
    rng: np.random.Generator, name: InstrumentName, shape: tuple[int, int]
) -> FloatArray:
    scatter = np.array(_LINEARITY_SCATTER)[:, None, None]
    noise = np.clip(rng.standard_normal((6, *shape)), -3.0, 3.0)
    scaled = np.array(_LINEARITY[name])[:, None, None] + scatter * noise
    power = np.arange(6)[:, None, None]
    return np.asarray(scaled * _SCALE ** (1.0 - power))


def calibration_files(rng: np.random.Generator, truth: DetectorTruth, error: float) -> Calibration:
    """What the calibration folder says about a detector.

    Parameters
    ----------
    error : relative rms error of dark, flat, read noise and linearity correction; 0 in a nominal
        survey, whose files are exact but for wild linearity fits
    """
    shape = truth.dark.shape
    linearity = truth.linearity.copy()
    off = 1.0 + error * np.clip(rng.standard_normal((4, *shape)), -3.0, 3.0)
    linearity[2:] *= off[3]
    wild = rng.random(shape) < _WILD_SHARE
    kicks = (
        rng.standard_t(1.5, (6, int(wild.sum())))
        * np.array([1.0, 0.02, 0.3, 0.6, 0.6, 0.3])[:, None]
    )
    power = np.arange(6)[:, None]
    kicks[1:] *= _SCALE ** (1.0 - power[1:])
    linearity[:, wild] += kicks
    return Calibration(
        dark=truth.dark * off[0],
        dead=truth.dead.copy(),
        flat=truth.response * off[1],
        read=truth.read * off[2],
        linear_corr=linearity,
    )
