"""From out-of-fold predictions with known depths to calibrators, and to honest sigma for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.acceptance import Verdict, judge
from spectramind.uncertainty.calibrators import (
    Calibrators,
    Certified,
    Conformal,
    RelationalStage,
    promised,
)
from spectramind.uncertainty.conformal import (
    BAND_LEVEL,
    LEVELS,
    band_factor,
    region_factors,
)
from spectramind.uncertainty.cross_fit import CrossFit, Lesson, cross_fit, taught
from spectramind.uncertainty.guard import PREMIUM, learn_floor
from spectramind.uncertainty.half_widths import GAUSSIAN, relational_scale, towards_gaussian
from spectramind.uncertainty.novelty import Novelty
from spectramind.uncertainty.regions import Pooling, pools
from spectramind.uncertainty.sample import Sample
from spectramind.uncertainty.temperature import mean_square, no_temperature

FloatArray = NDArray[np.float64]

LEAST_FOR_COREL = 60
"""Planets below which nothing relational can be told from noise."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the networks' answer; a few hundred planets teach them less than they pretend."""


@dataclass(frozen=True)
class Learnt:
    """Calibrators and the training planets as the other folds would calibrate them."""

    calibrators: Calibrators
    out_of_fold: Certified


def learn_calibrators(sample: Sample, lesson: Lesson) -> Learnt:
    """Learn, judge and keep what passes the acceptance rule.

    What is learnt reaches a training planet from other folds alone; whether a calibrator is kept is
    one decision for all, taken on all.
    """
    if len(sample) < LEAST_FOR_COREL:
        lesson = replace(lesson, operators=None)
    fit = cross_fit(sample, lesson)
    temperature, novelty = taught(sample, lesson)
    heat = judge(sample, sample.sigma, fit.narrow, lesson.score)
    if not heat.kept and not lesson.trusted:
        temperature = no_temperature()
        wide = fit.sigma / fit.narrow
        fit = replace(fit, narrow=sample.sigma, sigma=sample.sigma * wide)
    novelty, fit, premium = _insured(sample, lesson, fit, novelty)
    floor = learn_floor(sample.truth, sample.mu, fit.sigma, lesson.score)
    fit = _guarded(sample, lesson, fit)
    plain = fit.sigma[..., None] * GAUSSIAN
    share = 1.0 if lesson.trusted else believed_share(sample, fit, lesson)
    stage, verdict = _relational(sample, lesson, fit, share)
    fit = replace(fit, widths=towards_gaussian(fit.widths, share))
    lines = (
        heat.line("temperature"),
        *temperature.lines(),
        f"{novelty.lines()[0]} (premium {premium:.5f} of score)",
        f"floor: {1e6 * floor[0]:.1f} ppm FGS1, {1e6 * np.median(floor[1:]):.1f} ppm AIRS",
        verdict,
    )
    calibrators = Calibrators(
        temperature=temperature,
        novelty=novelty,
        floor=floor,
        conformal=learn_conformal(sample.error, plain, lesson.pooling),
        relational=stage,
        lines=lines,
        planets=len(sample),
        featured=bool(sample.planet_features.any()),
    )
    half_width = plain if stage is None else fit.sigma[..., None] * fit.widths
    sigma = fit.sigma if stage is None else related_sigma(sample, fit)
    return Learnt(calibrators, cross_promised(sample.error, sigma, half_width, fit, lesson))


def _insured(
    sample: Sample, lesson: Lesson, fit: CrossFit, novelty: Novelty
) -> tuple[Novelty, CrossFit, float]:
    """Widening, unless it costs planets like those of the training more than a premium."""
    verdict = judge(sample, fit.narrow, fit.sigma, lesson.score)
    if -verdict.gain <= PREMIUM + verdict.error:
        return novelty, fit, -verdict.gain
    none = replace(novelty, slope=np.zeros_like(novelty.slope))
    return none, replace(fit, sigma=fit.narrow), 0.0


def believed_share(sample: Sample, fit: CrossFit, lesson: Lesson) -> float:
    """Share of the networks' answer with the best score out of fold; ties go to the smaller."""
    if fit.networks is None:
        return SHARES[0]
    scores = []
    for share in SHARES:
        drawn = replace(fit, widths=towards_gaussian(fit.widths, share))
        sigma = related_sigma(sample, drawn)
        scores.append(float(np.nanmean(lesson.score(sample.truth, sample.mu, sigma))))
    return SHARES[int(np.argmax(scores))]


def _guarded(sample: Sample, lesson: Lesson, fit: CrossFit) -> CrossFit:
    """Every fold above the floor that the other folds teach."""
    sigma = fit.sigma.copy()
    for fold in np.unique(fit.fold):
        held = fit.fold == fold
        others = sample.rows(~held)
        floor = learn_floor(others.truth, others.mu, fit.sigma[~held], lesson.score)
        sigma[held] = np.fmax(sigma[held], floor)
    return replace(fit, sigma=sigma)


def related_sigma(sample: Sample, fit: CrossFit) -> FloatArray:
    """(planet, 283) relational scale times the root mean square that the other folds teach."""
    scale = fit.sigma * relational_scale(fit.widths)
    sigma = np.empty_like(scale)
    for fold in np.unique(fit.fold):
        held = fit.fold == fold
        sigma[held] = scale[held] * _rms_factor(sample.rows(~held), scale[~held])
    return sigma


def _rms_factor(sample: Sample, scale: FloatArray) -> FloatArray:
    """(283,) root mean square of error / scale, one value for FGS1 and one for AIRS."""
    square = (sample.error / scale) ** 2
    known = np.isfinite(square[:, 1:])
    count = np.maximum(known.sum(axis=1), 1)
    airs = np.where(known.any(axis=1), np.nansum(square[:, 1:], axis=1) / count, np.nan)
    factors = np.sqrt([mean_square(part, 0.0) for part in (square[:, 0], airs)])
    return np.concatenate([factors[:1], np.full(square.shape[1] - 1, factors[1])])


def _relational(
    sample: Sample, lesson: Lesson, fit: CrossFit, share: float
) -> tuple[RelationalStage | None, str]:
    """COREL and the verdict on it."""
    if fit.networks is None:
        few = f"of {LEAST_FOR_COREL} planets needed {len(sample)}"
        why = few if len(sample) < LEAST_FOR_COREL else "calib.corel=false or no torch"
        return None, f"corel: not learnt, identity ({why})"
    drawn = replace(fit, widths=towards_gaussian(fit.widths, share or 1.0))
    verdict: Verdict = judge(sample, fit.sigma, related_sigma(sample, drawn), lesson.score)
    if share == 0.0:
        verdict = replace(verdict, kept=False)
    if not verdict.kept and not lesson.trusted:
        return None, verdict.line("corel")
    half_width = drawn.sigma[..., None] * drawn.widths
    factor = _rms_factor(sample, drawn.sigma * relational_scale(drawn.widths))
    conformal = learn_conformal(sample.error, half_width, lesson.pooling)
    line = f"{verdict.line('corel')}, {100 * share:.0f} % believed"
    return RelationalStage(fit.networks, share, factor, conformal), line


def learn_conformal(error: FloatArray, half_width: FloatArray, pooling: Pooling) -> Conformal:
    """Factors from planets whose half-widths (planet, 283, level) other planets taught."""
    scores = np.abs(error)[..., None] / half_width
    groups = pools(pooling)
    factor = [region_factors(scores[..., i], groups, level) for i, level in enumerate(LEVELS)]
    band = band_factor(scores[..., LEVELS.index(BAND_LEVEL)])
    return Conformal(np.stack(factor, axis=-1), band)


def cross_promised(
    error: FloatArray, sigma: FloatArray, half_width: FloatArray, fit: CrossFit, lesson: Lesson
) -> Certified:
    """Training planets with the conformal factors that the other folds teach."""
    parts = Certified(sigma, np.empty_like(half_width), np.empty_like(sigma))
    for fold in np.unique(fit.fold):
        held = fit.fold == fold
        conformal = learn_conformal(error[~held], half_width[~held], lesson.pooling)
        own = promised(sigma[held], half_width[held], conformal)
        parts.half_width[held], parts.band[held] = own.half_width, own.band
    return parts
