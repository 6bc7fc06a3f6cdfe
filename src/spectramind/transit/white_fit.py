"""Fit of geometry, limb darkening and the two white depths to all white curves of a planet.

Drift coefficients enter linearly in ln(flux) and are eliminated exactly (variable projection: G.
Golub & V. Pereyra, SIAM J. Numer. Anal. 10, 413, 1973); what remains is a least-squares problem in
the mid-times, a/R*, impact parameter, radius ratios and quadratic limb darkening, with priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star
from spectramind.transit.drift import DRIFT_ORDER, legendre_basis, legendre_scales
from spectramind.transit.light_curve import quadratic_flux_gradient
from spectramind.transit.limb_darkening import typical_quadratic
from spectramind.transit.orbit import HOURS_PER_DAY, Orbit, separation_gradient
from spectramind.transit.white_light import WhiteSeries
from spectramind.transit.white_search import TransitStart, measured_sigma

FloatArray = NDArray[np.float64]

INSTRUMENT_ORDER: tuple[InstrumentName, InstrumentName] = ("AIRS-CH0", "FGS1")
LOG_A_SPREAD = 0.08  # star tables give a/R* to 4-8 %
LIMB_SPREAD = 0.10
DEPTH_DIFFERENCE = 300e-6  # FGS1 minus AIRS mean: 240 ppm over the training planets
_STARTS = (0.15, 0.5, 0.75)
_OUTLIER = 5.0
_ROUNDS = 3
_DRIFT_RANGE = (2e-4, 0.1)
_RED_BIN = 8


@dataclass(frozen=True)
class _Problem:
    """What a fit is given: curves with their noise and drift size, priors, orbital period."""

    series: tuple[WhiteSeries, ...]
    sigma: tuple[FloatArray, ...]
    drift: tuple[float, ...]
    visits: tuple[int, ...]
    period: float
    prior_log_a: float
    prior_u: FloatArray


@dataclass(frozen=True)
class WhiteFit:
    """Geometry and white depths of one planet.

    parameters  (parameter,) t0 of each visit, ln a, impact, k AIRS, k FGS1, u1 and u2 of AIRS, of
                FGS1
    covariance  (parameter, parameter), drift marginalised, noise from the residuals
    models      (time,) ln of the transit of each white curve
    drifts      (time,) fitted drift of each white curve, in ln(flux)
    sigma       (time,) noise of each white curve from its residuals; inf where not used
    chi2        mean square residual / stated variance over all curves
    gain        fall of chi^2 against a fit of the drift alone
    """

    visits: tuple[int, ...]
    period: float
    parameters: FloatArray
    covariance: FloatArray
    series: tuple[WhiteSeries, ...]
    models: tuple[FloatArray, ...]
    drifts: tuple[FloatArray, ...]
    sigma: tuple[FloatArray, ...]
    chi2: float
    gain: float

    def orbit(self, visit: int) -> Orbit:
        """Orbit in the clock of one visit."""
        n = len(self.visits)
        t0 = float(self.parameters[self.visits.index(visit)])
        return Orbit(
            t0, self.period, float(np.exp(self.parameters[n])), float(self.parameters[n + 1])
        )

    def radius_ratio(self, instrument: InstrumentName) -> float:
        """White radius ratio of an instrument."""
        return float(self.parameters[len(self.visits) + 2 + INSTRUMENT_ORDER.index(instrument)])

    def limb_darkening(self, instrument: InstrumentName) -> tuple[float, float]:
        """White u1 and u2 of an instrument."""
        first = len(self.visits) + 4 + 2 * INSTRUMENT_ORDER.index(instrument)
        return float(self.parameters[first]), float(self.parameters[first + 1])

    def depth_covariance(self) -> FloatArray:
        """Covariance (2, 2) of the white depths of AIRS and FGS1."""
        first = len(self.visits) + 2
        slope = 2.0 * self.parameters[first : first + 2]
        block = self.covariance[first : first + 2, first : first + 2]
        return np.asarray(block * np.outer(slope, slope))


def _transit(
    problem: _Problem, series: WhiteSeries, parameters: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Ln of the transit (time,) and its derivatives (time, parameter)."""
    n = len(problem.visits)
    visit = problem.visits.index(series.visit)
    instrument = INSTRUMENT_ORDER.index(series.instrument)
    a = float(np.exp(parameters[n]))
    orbit = Orbit(float(parameters[visit]), problem.period, a, float(parameters[n + 1]))
    z, z_by = separation_gradient(series.time, orbit)
    limb = n + 4 + 2 * instrument
    values = (parameters[[index]] for index in (n + 2 + instrument, limb, limb + 1))
    flux, d_z, d_k, d_u1, d_u2 = quadratic_flux_gradient(z, *values)
    gradient = np.zeros((series.time.size, parameters.size))
    gradient[:, visit] = d_z[:, 0] * z_by[:, 0]
    gradient[:, n] = d_z[:, 0] * z_by[:, 2] * a
    gradient[:, n + 1] = d_z[:, 0] * z_by[:, 3]
    gradient[:, [n + 2 + instrument]] = d_k
    gradient[:, [limb]] = d_u1
    gradient[:, [limb + 1]] = d_u2
    return np.log(flux[:, 0]), gradient / flux


def _drift_size(amplitude: float) -> FloatArray:
    size = amplitude * legendre_scales(DRIFT_ORDER)
    size[0] = 1.0  # the level is free
    return size


class _Projection:
    """Weighted samples of one curve with its drift eliminated."""

    def __init__(self, series: WhiteSeries, sigma: FloatArray, amplitude: float) -> None:
        self.good = np.isfinite(sigma)
        self.inverse = 1.0 / sigma[self.good]
        basis = legendre_basis(series.time, DRIFT_ORDER)[self.good] * self.inverse[:, None]
        size = _drift_size(amplitude)
        self.orthogonal, _ = np.linalg.qr(np.vstack([basis, np.diag(1.0 / size)]))
        self.pad = np.zeros(size.size)

    def __call__(self, values: FloatArray) -> FloatArray:
        """Whitened values (time, ...) of which the drift is taken out: (sample + drift, ...)."""
        whitened = (values[self.good].T * self.inverse).T
        full = np.concatenate([whitened, np.zeros((self.pad.size, *whitened.shape[1:]))])
        return np.asarray(full - self.orthogonal @ (self.orthogonal.T @ full))


def _prior_rows(problem: _Problem, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Residuals and derivatives of the priors on a/R*, limb darkening and depth difference."""
    n = len(problem.visits)
    k_airs, k_fgs1 = parameters[n + 2], parameters[n + 3]
    residual = np.concatenate(
        [
            [(parameters[n] - problem.prior_log_a) / LOG_A_SPREAD],
            (parameters[n + 4 :] - problem.prior_u) / LIMB_SPREAD,
            [(k_fgs1**2 - k_airs**2) / DEPTH_DIFFERENCE],
        ]
    )
    gradient = np.zeros((residual.size, parameters.size))
    gradient[0, n] = 1.0 / LOG_A_SPREAD
    gradient[1:5, n + 4 :] = np.eye(4) / LIMB_SPREAD
    gradient[5, n + 2] = -2.0 * k_airs / DEPTH_DIFFERENCE
    gradient[5, n + 3] = 2.0 * k_fgs1 / DEPTH_DIFFERENCE
    return residual, gradient


def _solve(problem: _Problem, start: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Parameters, covariance and cost (sum of squares) of the best fit from `start`."""
    projections = [
        _Projection(s, sigma, drift)
        for s, sigma, drift in zip(problem.series, problem.sigma, problem.drift, strict=True)
    ]

    def residual(parameters: FloatArray) -> FloatArray:
        parts = [
            projection(s.log_flux - _transit(problem, s, parameters)[0])
            for projection, s in zip(projections, problem.series, strict=True)
        ]
        return np.concatenate([*parts, _prior_rows(problem, parameters)[0]])

    def jacobian(parameters: FloatArray) -> FloatArray:
        parts = [
            -projection(_transit(problem, s, parameters)[1])
            for projection, s in zip(projections, problem.series, strict=True)
        ]
        return np.concatenate([*parts, _prior_rows(problem, parameters)[1]])

    n = len(problem.visits)
    lower = np.concatenate([np.full(n, -5.0), [0.2, 0.0, 0.005, 0.005], np.full(4, -0.4)])
    upper = np.concatenate([np.full(n, 13.0), [5.0, 1.2, 0.5, 0.5], np.full(4, 1.0)])
    fit = least_squares(
        residual,
        np.clip(start, lower + 1e-6, upper - 1e-6),
        jac=jacobian,
        bounds=(lower, upper),
        x_scale="jac",
        max_nfev=60,
    )
    slope = np.asarray(fit.jac)
    curvature = slope.T @ slope + np.diag(1e-6 / (upper - lower) ** 2)
    return np.asarray(fit.x), np.linalg.inv(curvature), 2.0 * float(fit.cost)


def _fitted_drift(
    series: WhiteSeries, sigma: FloatArray, amplitude: float, rest: FloatArray
) -> tuple[FloatArray, float]:
    """Drift (time,) that fits what the transit leaves, and its size in units of the prior."""
    basis = legendre_basis(series.time, DRIFT_ORDER)
    size = _drift_size(amplitude)
    weight = np.where(np.isfinite(sigma), sigma, 1.0) ** -2.0 * np.isfinite(sigma)
    covariance = np.linalg.inv((basis.T * weight) @ basis + np.diag(size**-2.0))
    coefficients = covariance @ (basis.T @ (weight * rest))
    unit = legendre_scales(DRIFT_ORDER)[1:]
    square = (coefficients[1:] ** 2 + np.diag(covariance)[1:]) / unit**2
    return basis @ coefficients, float(np.clip(np.sqrt(np.mean(square)), *_DRIFT_RANGE))


def _red_factor(normalised: FloatArray) -> float:
    """Excess of the scatter of binned residuals over that of white noise (Pont et al. 2006)."""
    count = normalised.size // _RED_BIN
    if count < 8:
        return 1.0
    binned = normalised[: count * _RED_BIN].reshape(count, _RED_BIN).mean(axis=1)
    expected = float(np.std(normalised)) / np.sqrt(_RED_BIN)
    return max(1.0, float(np.std(binned)) / expected) if expected > 0.0 else 1.0


def _updated(problem: _Problem, parameters: FloatArray) -> _Problem:
    """Noise and drift size of every curve as the residuals of a fit show them."""
    sigmas, drifts = [], []
    for series, sigma, amplitude in zip(problem.series, problem.sigma, problem.drift, strict=True):
        rest = series.log_flux - _transit(problem, series, parameters)[0]
        drift, size = _fitted_drift(series, sigma, amplitude, rest)
        stated = measured_sigma(series)
        normalised = (rest - drift) / np.where(np.isfinite(stated), stated, np.inf)
        typical = 1.4826 * float(np.median(np.abs(normalised[np.isfinite(stated)])))
        keep = np.isfinite(stated) & (np.abs(normalised) < _OUTLIER * max(typical, 1.0))
        dof = max(int(keep.sum()) - DRIFT_ORDER - 1, 1)
        scale = max(1.0, np.sqrt(float(np.sum(normalised[keep] ** 2)) / dof))
        scale *= _red_factor(normalised[keep])
        sigmas.append(np.where(keep, stated * scale, np.inf))
        drifts.append(size)
    return replace(problem, sigma=tuple(sigmas), drift=tuple(drifts))


def _start(problem: _Problem, found: TransitStart, impact: float) -> FloatArray:
    k = float(np.clip(np.sqrt(max(found.depth, 0.0)), 0.02, 0.3))
    duration = min(found.duration, 0.45 * problem.period)
    orbit = Orbit.from_duration(0.0, problem.period, duration, impact, k)
    head = [*found.t0, np.log(orbit.a_over_rs), impact, k, k]
    return np.concatenate([head, problem.prior_u])


def _no_transit_cost(problem: _Problem) -> float:
    parts = [
        _Projection(s, sigma, drift)(s.log_flux)
        for s, sigma, drift in zip(problem.series, problem.sigma, problem.drift, strict=True)
    ]
    return float(sum(np.sum(part**2) for part in parts))


def fit_white(series: Sequence[WhiteSeries], found: TransitStart, star: Star) -> WhiteFit:
    """Fit all white curves of a planet together, starting from the grid search.

    Parameters
    ----------
    series : white curves with at least one usable sample each
    found : start of the fit
    star : temperature sets the limb-darkening prior, a/R* a wide prior, period is taken as given
    """
    wavelengths = [
        next((s.wavelength for s in series if s.instrument == name), default)
        for name, default in zip(INSTRUMENT_ORDER, (2.8, 0.7), strict=True)
    ]
    u1, u2 = typical_quadratic(np.array(wavelengths), star.temperature)
    problem = _Problem(
        series=tuple(series),
        sigma=tuple(measured_sigma(s) for s in series),
        drift=tuple(0.01 for _ in series),
        visits=found.visits,
        period=star.period * HOURS_PER_DAY,
        prior_log_a=float(np.log(max(star.semi_major_axis, 1.3))),
        prior_u=np.array([u1[0], u2[0], u1[1], u2[1]]),
    )
    fits = [_solve(problem, _start(problem, found, impact)) for impact in _STARTS]
    parameters, covariance, cost = min(fits, key=lambda fit: fit[2])
    for _ in range(_ROUNDS):
        problem = _updated(problem, parameters)
        parameters, covariance, cost = _solve(problem, parameters)
    return _finished(problem, parameters, covariance, cost)


def _finished(
    problem: _Problem, parameters: FloatArray, covariance: FloatArray, cost: float
) -> WhiteFit:
    models, drifts, squares = [], [], []
    for series, sigma, amplitude in zip(problem.series, problem.sigma, problem.drift, strict=True):
        model = _transit(problem, series, parameters)[0]
        drift, _ = _fitted_drift(series, sigma, amplitude, series.log_flux - model)
        models.append(model)
        drifts.append(drift)
        good = np.isfinite(sigma)
        squares.append(((series.log_flux - model - drift)[good] / series.sigma[good]) ** 2)
    stacked = np.concatenate(squares)
    return WhiteFit(
        visits=problem.visits,
        period=problem.period,
        parameters=parameters,
        covariance=covariance,
        series=problem.series,
        models=tuple(models),
        drifts=tuple(drifts),
        sigma=problem.sigma,
        chi2=float(np.mean(stacked)) if stacked.size else 0.0,
        gain=_no_transit_cost(problem) - cost,
    )
