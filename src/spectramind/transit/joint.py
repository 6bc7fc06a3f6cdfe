"""Joint inference of one planet from all light curves of all its visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.transit import TransitConfig
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.binned_curve import without_outliers
from spectramind.transit.caution import cautious
from spectramind.transit.common_residuals import joint_residuals
from spectramind.transit.depth_prior import combine
from spectramind.transit.doubts import merged
from spectramind.transit.gaussian import conditional_mean, marginalise
from spectramind.transit.joint_problem import (
    FIXED,
    JointProblem,
    JointState,
    build_problem,
    first_state,
    likelihood,
    nuisance_prior,
    table_values,
)
from spectramind.transit.joint_steps import iterate
from spectramind.transit.joint_summary import (
    Doubts,
    band_curves,
    channel_limb_darkening,
    curve_fits,
    fit_flags,
    geometry,
    orbit_covariance,
    residuals_by_phase,
    white_curves,
)
from spectramind.transit.low_rank import low_rank
from spectramind.transit.normal_equations import CurveEquations
from spectramind.transit.phase_residuals import no_residuals
from spectramind.transit.planet_fit import NuisanceInformation, PlanetFit
from spectramind.transit.polynomial import LEAST_GAIN, LEAST_SAMPLES, estimate_depths
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.priors import TransitPriors
from spectramind.transit.spot_crossings import spot_covariance
from spectramind.transit.visit_agreement import (
    Emptiness,
    difference_covariance,
    empty_curves,
    left_out,
)
from spectramind.transit.white_fit import WhiteFit, fit_white
from spectramind.transit.white_light import relative_curve, white_series
from spectramind.transit.white_search import search_transit

FloatArray = NDArray[np.float64]

_LOOSE_SCALE = 0.05
_WIDER = {"grazing": 2.0, "not_converged": 1.5}
_HIGH_CHI2 = 1.5


@dataclass(frozen=True)
class _Reduced:
    """Information about depths and nuisance parameters; the orbit is relative to the table."""

    matrix: FloatArray
    vector: FloatArray


def fit_planet(
    visits: Sequence[VisitLightCurves], star: Star, priors: TransitPriors, config: TransitConfig
) -> PlanetFit:
    """Posterior of depths, orbit, limb darkening and drift of one planet.

    Parameters
    ----------
    visits : at least one; masked, non-finite and missing samples are allowed everywhere
    star : star and orbit table entry of the planet
    priors : generic, or learnt from a survey
    config : numerical choices

    Returns
    -------
    a fit whose flags are out of those of `estimate_depths`, spotted and not_converged. Where no
    transit is found or there are too few samples, it is the first estimator's and says so.
    """
    visits = [
        replace(v, fgs1=without_outliers(v.fgs1), airs=without_outliers(v.airs)) for v in visits
    ]
    came = visits
    white, empty, few = _white_fit(visits, star)
    visits = left_out(visits, empty)
    if white is None or white.gain <= LEAST_GAIN:
        return _fallback(came, star, priors)
    problem = build_problem(visits, star, priors, white, config.bin_seconds)
    if not problem.curves:
        return _fallback(came, star, priors)
    state = first_state(problem, white)
    state, curves, count, converged = iterate(
        problem, state, config.jitter_templates, config.iterations
    )
    reduced = _reduce(problem, state, curves)
    state, disagree = _weigh_visits(problem, state, reduced, config.disagreement)
    full = _with_prior(problem, state, reduced, state.scale_spread)
    about_depth = _Reduced(*marginalise(full.matrix, full.vector, problem.layout.depth))
    depth, covariance, theta = _posterior(problem, state, full, about_depth)
    state = replace(state, theta=theta)
    fits = curve_fits(problem, state, curves)
    samples = sum(fit.samples for fit in fits)
    chi2 = float(sum(fit.scatter**2 * fit.samples for fit in fits) / samples)
    white_light = white_curves(problem, state, curves)
    spots = spot_covariance(depth, white_light)
    doubts = Doubts(not converged, disagree, bool(spots.any()), chi2)
    flags = fit_flags(problem, state, doubts)
    covariance = covariance * max([1.0, *(_WIDER.get(flag, 1.0) ** 2 for flag in flags)])
    covariance = covariance * (chi2 if chi2 > _HIGH_CHI2 else 1.0) + spots
    covariance = covariance + difference_covariance(depth, state.scale_spread if disagree else 0.0)
    diagonal, factors = low_rank(covariance)
    posterior = DepthPosterior(
        planet_id=visits[0].planet_id,
        estimator="joint",
        depth=depth,
        variance_diagonal=diagonal,
        factors=factors,
        flags=merged(flags, few, empty.flags),
        geometry=geometry(problem, state) | {"chi2": chi2, "gain": white.gain},
        white=white_light,
    )
    return PlanetFit(
        posterior=cautious(posterior, joint_residuals(problem, state, curves), came),
        limb_darkening=channel_limb_darkening(problem, state),
        orbit_covariance=orbit_covariance(problem.layout, full.matrix, covariance),
        curves=fits,
        bands=band_curves(problem, state, curves, visits[0].airs.wavelength),
        residuals=residuals_by_phase(problem, state, curves),
        chi2=chi2,
        iterations=count,
        information=_information(problem, reduced),
        depth_information=about_depth.matrix,
        learnt_from=priors.learnt_from,
    )


def _white_fit(
    visits: Sequence[VisitLightCurves], star: Star
) -> tuple[WhiteFit | None, Emptiness, tuple[str, ...]]:
    """White fit of the curves that show the transit, those that do not, and a flag if some lack."""
    curves = [relative_curve(c, v.visit) for v in visits for c in (v.airs, v.fgs1)]
    series = [s for s in map(white_series, curves) if s.usable.sum() >= LEAST_SAMPLES]
    few = ("few_samples",) if len(series) < len(curves) else ()
    empty = empty_curves(series, star)
    series = [s for s in series if not empty.holds(s.visit, s.instrument)]
    fit = fit_white(series, search_transit(series, star), star) if series else None
    return fit, empty, few


def _fallback(visits: Sequence[VisitLightCurves], star: Star, priors: TransitPriors) -> PlanetFit:
    """The first estimator's answer, with the limb darkening that it assumed unknown."""
    posterior = estimate_depths(visits, star)
    return PlanetFit(
        posterior=posterior,
        limb_darkening=np.full((posterior.depth.size, 3), np.nan),
        orbit_covariance=np.full((4, 4), np.nan),
        curves=(),
        bands=(),
        residuals=no_residuals(),
        chi2=posterior.geometry.get("chi2", float("nan")),
        iterations=0,
        information=None,
        depth_information=None,
        learnt_from=priors.learnt_from,
    )


def _reduce(problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]) -> _Reduced:
    """Eliminate mid-times and levels; make the information absolute instead of about a step."""
    matrix, vector = likelihood(problem, state, curves)
    leading = np.arange(problem.layout.leading)
    reduced, right = marginalise(matrix, vector, leading)
    now = state.theta[leading] - table_values(problem)
    now[problem.layout.depth] -= problem.centre
    return _Reduced(reduced, right + reduced @ now)


def _with_prior(
    problem: JointProblem, state: JointState, reduced: _Reduced, scale_spread: float
) -> _Reduced:
    precision, mean = nuisance_prior(problem, state.drift_size, scale_spread)
    nuisance = problem.layout.nuisance
    matrix, vector = reduced.matrix.copy(), reduced.vector.copy()
    matrix[np.ix_(nuisance, nuisance)] += precision
    vector[nuisance] += precision @ mean
    return _Reduced(matrix, vector)


def _weigh_visits(
    problem: JointProblem, state: JointState, reduced: _Reduced, limit: float
) -> tuple[JointState, bool]:
    """Give each visit a depth scale of its own where visits contradict each other.

    Depths are first left free per visit; where the scales differ by more than `limit` sigma their
    observed spread becomes the spread that each visit's scale is allowed.
    """
    if problem.layout.visits < 2:
        return state, False
    loose = _with_prior(problem, state, reduced, _LOOSE_SCALE)
    matrix = loose.matrix.copy()
    depth = problem.layout.depth
    matrix[np.ix_(depth, depth)] += problem.priors.depth.precision(problem.unit)
    scales = np.array([problem.layout.visit_scale(v) for v in range(problem.layout.visits)])
    precision, vector = marginalise(matrix, loose.vector, scales)
    posterior = np.linalg.inv(precision)
    values = posterior @ vector
    contrast = np.eye(scales.size)[1:] - np.eye(scales.size)[0]
    difference = contrast @ values
    error = np.sqrt(np.diag(contrast @ posterior @ contrast.T))
    if np.max(np.abs(difference) / error) <= limit:
        return state, False
    spread = float(np.std(values, ddof=1))
    return replace(state, scale_spread=max(spread, FIXED)), True


def _posterior(
    problem: JointProblem, state: JointState, full: _Reduced, about_depth: _Reduced
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Depths, their covariance, and all parameters at the posterior mean."""
    layout = problem.layout
    centre = np.full(layout.depth.size, problem.centre)
    depth, covariance, _ = combine(
        problem.priors.depth, problem.unit, about_depth.matrix, about_depth.vector, centre
    )
    theta = state.theta.copy()
    mean = conditional_mean(full.matrix, full.vector, layout.depth, depth - centre)
    theta[: layout.leading] = mean + table_values(problem)
    theta[layout.depth] = depth
    return depth, covariance, theta


def _information(problem: JointProblem, reduced: _Reduced) -> NuisanceInformation:
    nuisance, depth = problem.layout.nuisance, problem.layout.depth
    cross = reduced.matrix[np.ix_(nuisance, depth)]
    return NuisanceInformation(
        layout=problem.layout,
        matrix=reduced.matrix[np.ix_(nuisance, nuisance)],
        cross=cross,
        vector=reduced.vector[nuisance] + cross.sum(axis=1) * problem.centre,
    )
