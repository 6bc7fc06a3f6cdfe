"""What was learnt on training planets, as one value that is applied to any prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.conformal import BAND_LEVEL, LEVELS
from spectramind.uncertainty.half_widths import GAUSSIAN, relational_scale, towards_gaussian
from spectramind.uncertainty.novelty import Novelty, familiar, widening
from spectramind.uncertainty.relational import Relational, relational_half_widths
from spectramind.uncertainty.sample import Sample
from spectramind.uncertainty.temperature import Temperature, heated, planet_factors

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Conformal:
    """Factors on half-widths, from planets that none of the scales before had seen.

    factor  (283, level)
    band    of the simultaneous band
    """

    factor: FloatArray
    band: float


@dataclass(frozen=True)
class RelationalStage:
    """COREL and what follows it.

    networks  averaged
    share     of their answer that is believed; the rest is Gaussian
    factor    (283,) root mean square of what is left, on the scale that serves as sigma
    conformal of its half-widths
    """

    networks: Relational
    share: float
    factor: FloatArray
    conformal: Conformal


@dataclass(frozen=True)
class Calibrators:
    """Everything between the sigma that an estimator states and the one that is handed in.

    floor     (283,) under sigma
    conformal of Gaussian half-widths, where the relational stage is off
    relational None where it was not learnt or not kept
    lines     verdicts of the acceptance rule, one each
    planets   that taught it
    featured  whether their fits said anything of themselves
    """

    temperature: Temperature
    novelty: Novelty
    floor: FloatArray
    conformal: Conformal
    relational: RelationalStage | None
    lines: tuple[str, ...]
    planets: int
    featured: bool


@dataclass(frozen=True)
class Certified:
    """Calibrated uncertainty of planets.

    sigma       (planet, 283) standard deviation
    half_width  (planet, 283, level) of the intervals at `conformal.LEVELS`
    band        (planet, 283) half-width of the band that holds whole spectra
    """

    sigma: FloatArray
    half_width: FloatArray
    band: FloatArray


def tempered(
    temperature: Temperature, novelty: Novelty, floor: FloatArray, sample: Sample
) -> FloatArray:
    """(planet, 283) sigma after temperature, widening and floor.

    Factors that narrow hold for planets like those that taught them: they fade with the distance.
    """
    known = familiar(novelty, sample)
    factors = planet_factors(temperature, sample)
    faded = np.where(factors < 1.0, factors ** known[:, None], factors)
    sigma = heated(temperature, sample, widening(novelty, sample) * faded / factors)
    return np.asarray(np.fmax(sigma, floor))


def certify(calibrators: Calibrators, sample: Sample, corel: bool = True) -> Certified:
    """Apply calibrators; nothing of these planets' truth enters.

    Parameters
    ----------
    corel : whether to use the relational stage where there is one
    """
    sigma = tempered(calibrators.temperature, calibrators.novelty, calibrators.floor, sample)
    stage = calibrators.relational if corel else None
    if stage is None:
        widths = np.broadcast_to(GAUSSIAN, (*sigma.shape, len(LEVELS)))
        return promised(sigma, sigma[..., None] * widths, calibrators.conformal)
    learnt = relational_half_widths(stage.networks, sample, sigma)
    widths = towards_gaussian(learnt, stage.share)
    related = np.maximum(sigma * relational_scale(widths) * stage.factor, calibrators.floor)
    return promised(related, sigma[..., None] * widths, stage.conformal)


def promised(sigma: FloatArray, half_width: FloatArray, conformal: Conformal) -> Certified:
    """Half-widths with their conformal factors; a wider level is never narrower.

    Parameters
    ----------
    half_width : (planet, 283, level) before the correction
    """
    corrected = np.maximum.accumulate(half_width * conformal.factor, axis=-1)
    band = half_width[..., LEVELS.index(BAND_LEVEL)] * conformal.band
    return Certified(sigma, corrected, band)
