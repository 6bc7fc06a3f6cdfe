"""Priors learnt from planets whose depths are known (empirical Bayes by expectation maximisation).

With its depths known, a planet's light curves inform on its limb darkening, orbit and drift. Over
many planets these follow

    star parameters w_p ~ N(B x_p, S),     drift of a visit ~ Student's t with covariance C,

x_p being the star's regressors. B, S and C maximise the marginal likelihood of all planets (A.
Dempster, N. Laird, D. Rubin, J. R. Stat. Soc. B 39, 1, 1977); weak conjugate priors keep them sane
when planets are few. Highest drift orders that the planets do not ask for are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.stars import Star
from spectramind.transit.depth_prior import learn_depth_prior
from spectramind.transit.drift_priors import DRIFT_FREEDOM, DriftPriors
from spectramind.transit.parameter_layout import DriftOrders, ParameterLayout
from spectramind.transit.planet_fit import NuisanceInformation, PlanetFit
from spectramind.transit.priors import TransitPriors, regressors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LEAST_PLANETS = 8
REGRESSORS = 2
_ROUNDS = 40
_PRIOR_PLANETS = 0.2  # weight, in planets, of the generic scatter divided by ten
_PRIOR_SHARE = 0.1
_UNCORRELATED_VISITS = 8.0  # weight, in visits, of uncorrelated drift coefficients
_SLOPE_SPREAD = 0.5  # of the generic scatter
_INTERCEPT_SPREAD = 2.0
_OFF = 1e-7
_SIZED = 3  # parts of the drift whose size differs between visits; the last one is a ratio


@dataclass(frozen=True)
class _Known:
    """Likelihood of one planet's nuisance parameters given its depths."""

    layout: ParameterLayout
    matrix: FloatArray
    vector: FloatArray
    regressors: FloatArray


@dataclass(frozen=True)
class _Hyper:
    """What is learnt: star mean and scatter, covariances of drift."""

    mean: FloatArray
    scatter: FloatArray
    drift: DriftPriors


@dataclass(frozen=True)
class _Moments:
    """Posterior of one planet: star parameters and drift second moments, weighted by size."""

    star: FloatArray
    star_covariance: FloatArray
    drift: tuple[FloatArray, ...]


def _known(information: NuisanceInformation, depth: FloatArray, star: Star) -> _Known:
    layout = information.layout
    keep = np.arange(layout.nuisance.size - layout.visits)  # visit scales are held at zero
    return _Known(
        layout=layout,
        matrix=information.matrix[np.ix_(keep, keep)],
        vector=(information.vector - information.cross @ depth)[keep],
        regressors=regressors(star, REGRESSORS),
    )


def _drift_places(layout: ParameterLayout) -> list[tuple[IntArray, ...]]:
    first = layout.nuisance[0]
    return [tuple(part - first for part in layout.drift(v)) for v in range(layout.visits)]


def _prior(known: _Known, hyper: _Hyper, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Precision and mean of the nuisance parameters."""
    n = known.vector.size
    precision, mean = np.zeros((n, n)), np.zeros(n)
    star = np.arange(hyper.mean.shape[0])
    precision[np.ix_(star, star)] = np.linalg.inv(hyper.scatter)
    mean[star] = hyper.mean @ known.regressors
    blocks = [np.linalg.inv(block) for block in hyper.drift.blocks]
    for size, places in zip(sizes, _drift_places(known.layout), strict=True):
        for weight, index, block in zip(size, places, blocks, strict=True):
            precision[np.ix_(index, index)] = weight * block
    return precision, mean


def _expect(known: _Known, hyper: _Hyper, sizes: FloatArray) -> tuple[_Moments, FloatArray]:
    """Posterior moments of one planet, and the sizes (visit, 4) of its drift that they imply."""
    precision, mean = _prior(known, hyper, sizes)
    covariance: FloatArray = np.asarray(np.linalg.inv(known.matrix + precision), np.float64)
    posterior = covariance @ (known.vector + precision @ mean)
    star = slice(0, hyper.mean.shape[0])
    updated = sizes.copy()
    sums = [np.zeros_like(block) for block in hyper.drift.blocks]
    for visit, places in enumerate(_drift_places(known.layout)):
        for i, (index, block) in enumerate(zip(places, hyper.drift.blocks, strict=True)):
            moments = (
                np.outer(posterior[index], posterior[index]) + covariance[np.ix_(index, index)]
            )
            square = float(np.trace(np.linalg.solve(block, moments)))
            if i < _SIZED:
                updated[visit, i] = (DRIFT_FREEDOM + index.size) / (DRIFT_FREEDOM + square)
            sums[i] += updated[visit, i] * moments
    return _Moments(posterior[star], covariance[star, star], tuple(sums)), updated


def _regression(
    stars: FloatArray, design: FloatArray, scatter: FloatArray, generic: TransitPriors
) -> FloatArray:
    """Mean (star, regressor) by ridge regression towards the generic one."""
    size = np.diag(generic.star_scatter)
    out = np.empty((stars.shape[1], design.shape[1]))
    for i in range(stars.shape[1]):
        spread = np.array([_INTERCEPT_SPREAD, _SLOPE_SPREAD]) ** 2 * size[i]
        ridge = np.diag(scatter[i, i] / spread)
        centre = np.array([generic.star_mean[i, 0], 0.0])
        right = design.T @ stars[:, i] + ridge @ centre
        out[i] = np.linalg.solve(design.T @ design + ridge, right)
    return out


def _shrunk(moments: FloatArray, visits: int) -> FloatArray:
    """Covariance of drift coefficients, drawn towards no correlation."""
    total = moments + _UNCORRELATED_VISITS * np.diag(np.diag(moments)) / visits
    covariance = total / (visits + _UNCORRELATED_VISITS)
    return np.asarray(covariance + _OFF**2 * np.eye(len(covariance)))


def _maximise(
    moments: Sequence[_Moments],
    design: FloatArray,
    visits: int,
    old: _Hyper,
    generic: TransitPriors,
) -> _Hyper:
    stars = np.array([m.star for m in moments])
    drifts = [m.drift for m in moments]
    mean = _regression(stars, design, old.scatter, generic)
    rest = stars - design @ mean.T
    scatter = rest.T @ rest + np.sum([m.star_covariance for m in moments], axis=0)
    scatter = scatter + _PRIOR_PLANETS * _PRIOR_SHARE * generic.star_scatter
    return _Hyper(
        mean=mean,
        scatter=scatter / (len(moments) + _PRIOR_PLANETS),
        drift=DriftPriors(
            *(_shrunk(np.sum(part, axis=0), visits) for part in zip(*drifts, strict=True))
        ),
    )


def _iterate(
    planets: Sequence[_Known], start: _Hyper, generic: TransitPriors, rounds: int
) -> tuple[_Hyper, list[FloatArray]]:
    sizes = [np.ones((known.layout.visits, 4)) for known in planets]
    design = np.array([known.regressors for known in planets])
    visits = sum(known.layout.visits for known in planets)
    hyper = start
    for _ in range(rounds):
        moments = []
        for i, known in enumerate(planets):
            one, sizes[i] = _expect(known, hyper, sizes[i])
            moments.append(one)
        hyper = _maximise(moments, design, visits, hyper, generic)
    return hyper, sizes


def _log_evidence(planets: Sequence[_Known], hyper: _Hyper, sizes: Sequence[FloatArray]) -> float:
    """Log marginal likelihood of all planets, up to a constant."""
    total = 0.0
    for known, size in zip(planets, sizes, strict=True):
        precision, mean = _prior(known, hyper, size)
        matrix = known.matrix + precision
        right = known.vector + precision @ mean
        total += 0.5 * float(np.linalg.slogdet(precision)[1] - np.linalg.slogdet(matrix)[1])
        total += 0.5 * float(right @ np.linalg.solve(matrix, right) - mean @ precision @ mean)
    return total


def _without(covariance: FloatArray, off: IntArray) -> FloatArray:
    out = covariance.copy()
    out[off, :] = 0.0
    out[:, off] = 0.0
    out[off, off] = _OFF**2
    return out


def _highest_orders(orders: DriftOrders, kept: dict[str, int]) -> list[tuple[str, str, IntArray]]:
    """What could be switched off next: highest order, part of the drift, its coefficients.

    Parameters
    ----------
    kept : number of orders that are left, by the names that are returned
    """
    grid = np.arange(orders.airs).reshape(orders.time, -1)
    time, colour = np.arange(orders.time), np.arange(orders.colour + 1)
    options = [
        ("departure time", "departure", grid[kept["departure time"] - 1 :].ravel()),
        ("departure colour", "departure", grid[:, kept["departure colour"] - 1 :].ravel()),
        ("gain time", "gain_time", time[kept["gain time"] - 1 :]),
        ("gain colour", "gain_colour", colour[kept["gain colour"] - 1 :]),
        ("fgs1 time", "fgs1", time[kept["fgs1 time"] - 1 :]),
    ]
    least = {"departure time": 0, "departure colour": 0}
    return [option for option in options if kept[option[0]] > least.get(option[0], 1)]


def _pruned(
    planets: Sequence[_Known], hyper: _Hyper, sizes: Sequence[FloatArray], orders: DriftOrders
) -> _Hyper:
    """Switch off the highest drift orders while that costs little evidence.

    A coefficient has to be worth ln(visits): twice the price of the Bayesian information criterion
    (G. Schwarz, Ann. Stat. 6, 461, 1978), because its correlations are learnt with it.
    """
    time, colour = orders.time, orders.colour + 1
    kept = {"departure time": time, "departure colour": colour}
    kept |= {"gain time": time, "gain colour": colour, "fgs1 time": time}
    evidence = _log_evidence(planets, hyper, sizes)
    price = float(np.log(sum(known.layout.visits for known in planets)))
    dropped = True
    while dropped:
        dropped = False
        for name, part, off in _highest_orders(orders, kept):
            lower = _without(getattr(hyper.drift, part), off)
            trial = replace(hyper, drift=replace(hyper.drift, **{part: lower}))
            value = _log_evidence(planets, trial, sizes)
            if value > evidence - price * off.size:
                hyper, evidence, dropped = trial, value, True
                kept[name] -= 1
                break
    return hyper


def learn_priors(
    fits: Mapping[int, PlanetFit],
    depth: Mapping[int, FloatArray],
    stars: Mapping[int, Star],
    generic: TransitPriors,
    learnt_from: str,
) -> TransitPriors:
    """Priors from training planets.

    Parameters
    ----------
    fits : by planet id, made with generic priors or others of the same size; fallbacks are ignored
    depth : (283,) true depths by planet id
    stars : table entries by planet id
    generic : where learning starts and what it is drawn towards when planets are few
    learnt_from : how the training set is to be named in the priors

    Raises
    ------
    DataError : fewer than 8 usable planets
    """
    informative = {
        planet: fit.information
        for planet, fit in sorted(fits.items())
        if planet in depth and fit.information is not None
    }
    used = list(informative)
    if len(used) < LEAST_PLANETS:
        found = f"{len(used)} joint fits with known depths"
        remedy = "use the generic priors"
        raise DataError(learnt_from, f"at least {LEAST_PLANETS} planets", found, remedy)
    planets = [_known(known, depth[p], stars[p]) for p, known in informative.items()]
    start = _Hyper(
        mean=generic.star_mean,
        scatter=generic.star_scatter,
        drift=generic.drift,
    )
    hyper, sizes = _iterate(planets, start, generic, _ROUNDS)
    hyper = _pruned(planets, hyper, sizes, generic.orders)
    return TransitPriors(
        orders=generic.orders,
        star_mean=hyper.mean,
        star_scatter=hyper.scatter,
        drift=hyper.drift,
        depth=learn_depth_prior(np.array([depth[p] for p in used])),
        learnt_from=f"{learnt_from}: {len(used)} planets",
    )
