"""What many planets teach about star, orbit and drift (empirical Bayes, expectation maximisation).

Over many planets the nuisance parameters follow

    star parameters w_p ~ t(B x_p, S),     drift of a visit ~ t(0, C),

Student's t, x_p being the star's regressors. A planet whose light curves the model does not
describe (drift that is no polynomial, spots) tells nonsense of its star and must not widen S for
all: heavy tails bound its say. Each planet contributes its likelihood of w, either with its depths
known or with its depths integrated out; B, S and C maximise the posterior of all planets (A.
Dempster, N. Laird, D. Rubin, J. R. Stat. Soc. B 39, 1, 1977) under conjugate priors about what was
believed before. These weigh as much as several planets, so that no variance can collapse. What is
returned is predictive: wider by what a finite number of planets leaves unknown of S itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.stars import Star
from spectramind.transit.drift_priors import DriftPriors
from spectramind.transit.light_information import LightInformation
from spectramind.transit.nuisance_prior import (
    SIZED,
    drift_moments,
    expected_size,
    log_size_prior,
    nuisance_prior,
)
from spectramind.transit.parameter_layout import ParameterLayout
from spectramind.transit.priors import TransitPriors, regressors

FloatArray = NDArray[np.float64]

_ROUNDS = 40
_SETTLED = 0.02
_SIZE_ROUNDS = 3
_UNCORRELATED_VISITS = 8.0  # weight, in visits, of uncorrelated drift coefficients
_SLOPE_SPREAD = 0.5  # of the scatter that was believed
_INTERCEPT_SPREAD = 2.0


@dataclass(frozen=True)
class NuisanceLikelihood:
    """The quadratic -1/2 w.matrix.w + w.vector of one planet's nuisance parameters.

    drift_size    (visit, 3) where the search for the size of the drift starts
    scale_spread  standard deviation of the visits' depth scales
    """

    layout: ParameterLayout
    matrix: FloatArray
    vector: FloatArray
    star: Star
    drift_size: FloatArray
    scale_spread: float


@dataclass(frozen=True)
class Shrinkage:
    """Weight of what was believed before.

    star    planets
    drift   visits
    """

    star: float
    drift: float


@dataclass(frozen=True)
class _Sizes:
    """Precision of a planet's parameters relative to the typical one.

    star    of all star parameters together
    drift   (visit, 3)
    """

    star: float
    drift: FloatArray


@dataclass(frozen=True)
class _Moments:
    """Posterior of one planet: star parameters and drift second moments, weighted by size."""

    star: FloatArray
    star_covariance: FloatArray
    weight: float
    drift: tuple[FloatArray, ...]


def depths_known(
    information: LightInformation, depth: FloatArray, star: Star
) -> NuisanceLikelihood:
    """Of a planet whose depths (283,) are known."""
    vector = information.vector - information.cross @ depth
    return nuisance_likelihood(information, information.matrix, vector, star)


def nuisance_likelihood(
    information: LightInformation, matrix: FloatArray, vector: FloatArray, star: Star
) -> NuisanceLikelihood:
    """Of the light curves of a planet, depths known or integrated out."""
    size, spread = information.drift_size, information.scale_spread
    return NuisanceLikelihood(information.layout, matrix, vector, star, size, spread)


def _expect(
    known: NuisanceLikelihood, priors: TransitPriors, sizes: _Sizes
) -> tuple[_Moments, _Sizes]:
    """Posterior moments of one planet, and the sizes that they imply."""
    layout = known.layout
    precision, mean = nuisance_prior(
        layout, priors, known.star, sizes.drift, known.scale_spread, sizes.star
    )
    covariance: FloatArray = np.asarray(np.linalg.inv(known.matrix + precision), np.float64)
    posterior = covariance @ (known.vector + precision @ mean)
    updated = sizes.drift.copy()
    blocks = priors.drift.blocks
    sums = [np.zeros_like(block) for block in blocks]
    inverse = priors.drift_precision
    for visit, parts in enumerate(drift_moments(layout, posterior, covariance)):
        for i, moments in enumerate(parts):
            weight = 1.0
            if i < SIZED:
                square = float(np.sum(inverse[i] * moments))
                weight = updated[visit, i] = expected_size(square, len(moments))
            sums[i] += weight * moments
    star = layout.star_places
    spread = covariance[np.ix_(star, star)]
    away = posterior[star] - mean[star]
    square = float(np.sum(priors.star_precision * (np.outer(away, away) + spread)))
    weight = expected_size(square, star.size)
    moments_of_star = _Moments(posterior[star], spread, weight, tuple(sums))
    return moments_of_star, _Sizes(weight, updated)


def _regression(
    moments: Sequence[_Moments], design: FloatArray, scatter: FloatArray, before: TransitPriors
) -> FloatArray:
    """Mean (star, regressor) by weighted ridge regression towards what was believed."""
    stars = np.array([m.star for m in moments])
    weighted = design * np.array([m.weight for m in moments])[:, None]
    size = np.diag(before.star_scatter)
    out = np.empty((stars.shape[1], design.shape[1]))
    for i in range(stars.shape[1]):
        spread = np.array([_INTERCEPT_SPREAD, _SLOPE_SPREAD])[: design.shape[1]] ** 2 * size[i]
        ridge = np.diag(scatter[i, i] / spread)
        right = weighted.T @ stars[:, i] + ridge @ before.star_mean[i]
        out[i] = np.linalg.solve(weighted.T @ design + ridge, right)
    return out


def _drift(moments: FloatArray, visits: int, before: FloatArray, weight: float) -> FloatArray:
    """Covariance of drift coefficients, drawn to no correlation and to what was believed."""
    total = moments + _UNCORRELATED_VISITS * np.diag(np.diag(moments)) / visits + weight * before
    return np.asarray(total / (visits + _UNCORRELATED_VISITS + weight))


def _maximise(
    moments: Sequence[_Moments],
    design: FloatArray,
    visits: int,
    now: TransitPriors,
    before: TransitPriors,
    shrinkage: Shrinkage,
) -> TransitPriors:
    mean = _regression(moments, design, now.star_scatter, before)
    weight = np.array([m.weight for m in moments])
    rest = np.array([m.star for m in moments]) - design @ mean.T
    scatter = (weight[:, None] * rest).T @ rest
    scatter = scatter + np.sum([m.weight * m.star_covariance for m in moments], axis=0)
    scatter = scatter + shrinkage.star * before.star_scatter
    drift = [
        _drift(np.sum(part, axis=0), visits, old, shrinkage.drift)
        for part, old in zip(
            zip(*[m.drift for m in moments], strict=True), before.drift.blocks, strict=True
        )
    ]
    return replace(
        now,
        star_mean=mean,
        star_scatter=scatter / (len(moments) + shrinkage.star),
        drift=DriftPriors(*drift),
    )


def learn_nuisance(
    planets: Sequence[NuisanceLikelihood], before: TransitPriors, shrinkage: Shrinkage
) -> TransitPriors:
    """Star and drift parts that planets teach; the spectrum's part is that of `before`.

    Parameters
    ----------
    planets : in an order that is always the same
    before : where learning starts and what it is drawn to
    """
    sizes = [_Sizes(1.0, known.drift_size) for known in planets]
    columns = before.star_mean.shape[1]
    design = np.array([regressors(known.star, columns) for known in planets])
    visits = sum(known.layout.visits for known in planets)
    now = before
    for _ in range(_ROUNDS):
        moments = []
        for i, known in enumerate(planets):
            one, sizes[i] = _expect(known, now, sizes[i])
            moments.append(one)
        last, now = now, _maximise(moments, design, visits, now, before, shrinkage)
        if _settled(last, now):
            break
    return replace(now, star_scatter=now.star_scatter * _predictive(len(planets), shrinkage.star))


def _settled(last: TransitPriors, now: TransitPriors) -> bool:
    """Whether means have stopped moving in units of the scatter, and variances in their own."""
    size = np.sqrt(np.diag(now.star_scatter))
    moved = np.abs(now.star_mean - last.star_mean) / size[:, None]
    pairs = [(last.star_scatter, now.star_scatter)]
    pairs += [(getattr(last.drift, n), getattr(now.drift, n)) for n in ("gain_time", "fgs1")]
    grown = [np.abs(np.log(np.diag(new) / np.diag(old))).max() for old, new in pairs]
    return bool(max(moved.max(), *grown) < _SETTLED)


def _predictive(planets: int, weight: float) -> float:
    """How much wider the next planet scatters than those that taught the mean."""
    return 1.0 + 1.0 / (planets + weight)


def visit_sizes(known: NuisanceLikelihood, priors: TransitPriors) -> FloatArray:
    """(visit, 3) precision of the drift of each visit relative to what is typical."""
    return _sizes(known, priors).drift


def _sizes(known: NuisanceLikelihood, priors: TransitPriors) -> _Sizes:
    sizes = _Sizes(1.0, known.drift_size)
    for _ in range(_SIZE_ROUNDS):
        _, sizes = _expect(known, priors, sizes)
    return sizes


def likelihood_evidence(planets: Sequence[NuisanceLikelihood], priors: TransitPriors) -> float:
    """Ln marginal likelihood of planets' nuisance parameters, up to a constant of the planets."""
    total = 0.0
    for known in planets:
        sizes = _sizes(known, priors)
        precision, mean = nuisance_prior(
            known.layout, priors, known.star, sizes.drift, known.scale_spread, sizes.star
        )
        matrix = known.matrix + precision
        right = known.vector + precision @ mean
        total += 0.5 * float(np.linalg.slogdet(precision)[1] - np.linalg.slogdet(matrix)[1])
        total += 0.5 * float(right @ np.linalg.solve(matrix, right) - mean @ precision @ mean)
        total += log_size_prior(sizes.drift) + log_size_prior(np.array([sizes.star]))
    return total
