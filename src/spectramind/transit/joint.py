"""Joint inference of one planet from all light curves of all its visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.transit import TransitConfig
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.belief import Belief, believe, likeliest
from spectramind.transit.binned_curve import without_outliers
from spectramind.transit.caution import cautious, seen_errors
from spectramind.transit.common_residuals import joint_residuals
from spectramind.transit.doubts import merged
from spectramind.transit.gaussian import marginalise
from spectramind.transit.joint_problem import (
    FIXED,
    JointProblem,
    JointState,
    build_problem,
    first_state,
    likelihood,
    table_values,
)
from spectramind.transit.joint_steps import Settled, iterate
from spectramind.transit.joint_summary import (
    HIGH_CHI2,
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
from spectramind.transit.light_information import LightInformation
from spectramind.transit.low_rank import low_rank
from spectramind.transit.normal_equations import CurveEquations
from spectramind.transit.nuisance_prior import nuisance_prior
from spectramind.transit.phase_residuals import no_residuals
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.polynomial import LEAST_GAIN, LEAST_SAMPLES, estimate_depths
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.prior_choices import PriorChoices, only
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


def fit_planet(
    visits: Sequence[VisitLightCurves],
    star: Star,
    priors: TransitPriors | PriorChoices,
    config: TransitConfig,
) -> PlanetFit:
    """Posterior of depths, orbit, limb darkening and drift of one planet.

    Parameters
    ----------
    visits : at least one; masked, non-finite and missing samples are allowed everywhere
    star : star and orbit table entry of the planet
    priors : generic, or learnt from a survey; or several, among which the light curves choose
    config : numerical choices

    Returns
    -------
    a fit whose flags are out of those of `estimate_depths`, foreign_prior, spotted and
    not_converged. Where no transit is found or there are too few samples, it is the first
    estimator's and says so.
    """
    visits = [
        replace(v, fgs1=without_outliers(v.fgs1), airs=without_outliers(v.airs)) for v in visits
    ]
    choices = (
        priors if isinstance(priors, PriorChoices) else only(priors, visits[0].airs.wavelength)
    )
    white, empty, few = _white_fit(visits, star)
    if white is None or white.gain <= LEAST_GAIN:
        return _fallback(visits, star, choices.priors[0])
    seen = left_out(visits, empty)
    problem = build_problem(seen, star, choices.cautious, white, config.bin_seconds)
    if not problem.curves:
        return _fallback(visits, star, choices.priors[0])
    settled = iterate(
        problem,
        first_state(problem, white),
        partial(_chosen, choices) if len(choices.priors) > 1 else None,
        config.jitter_templates,
        config.iterations,
    )
    came = _Came(visits, white, empty, few)
    return _summary(came, choices, settled, config.disagreement)


@dataclass(frozen=True)
class _Came:
    """Light curves as they came, their white fit, what of them holds no transit, what lacks."""

    visits: Sequence[VisitLightCurves]
    white: WhiteFit
    empty: Emptiness
    few: tuple[str, ...]


def _chosen(
    choices: PriorChoices,
    problem: JointProblem,
    state: JointState,
    curves: Sequence[CurveEquations],
) -> JointProblem:
    """The problem with the combination of priors that the light curves favour."""
    best = likeliest(light_information(problem, state, curves), choices, problem.star)
    unit = choices.depth_bases[best.depth].unit
    return replace(problem, priors=choices.combined(best), unit=unit)


def _summary(
    came: _Came, choices: PriorChoices, settled: Settled, disagreement: float
) -> PlanetFit:
    """What an inference that has settled says about its planet."""
    problem, curves = settled.problem, settled.equations
    information = light_information(problem, settled.state, curves)
    information, disagree = _weigh_visits(problem, information, disagreement)
    belief = believe(information, choices, problem.star)
    state = replace(settled.state, theta=_theta(problem, settled.state, belief))
    fits = curve_fits(problem, state, curves)
    samples = sum(fit.samples for fit in fits)
    chi2 = float(sum(fit.scatter**2 * fit.samples for fit in fits) / samples)
    white_light = white_curves(problem, state, curves)
    spots = spot_covariance(belief.depth, white_light)
    foreign = belief.judgement is not None and bool(belief.judgement.contradicted)
    doubts = Doubts(not settled.converged, disagree, bool(spots.any()), foreign, chi2)
    flags = fit_flags(problem, state, doubts)
    covariance = widened(belief.covariance, flags, chi2) + spots
    covariance = covariance + difference_covariance(belief.depth, information.disagreement)
    diagonal, factors = low_rank(covariance)
    posterior = DepthPosterior(
        planet_id=came.visits[0].planet_id,
        estimator="joint",
        depth=belief.depth,
        variance_diagonal=diagonal,
        factors=factors,
        flags=merged(flags, came.few, came.empty.flags),
        geometry=geometry(problem, state) | {"chi2": chi2, "gain": came.white.gain},
        white=white_light,
    )
    seen = seen_errors(joint_residuals(problem, state, curves))
    return PlanetFit(
        posterior=cautious(posterior, seen, came.visits),
        seen_errors=np.array([found.error for found in seen]),
        limb_darkening=channel_limb_darkening(problem, state),
        orbit_covariance=orbit_covariance(problem.layout, belief.matrix, covariance),
        curves=fits,
        bands=band_curves(problem, state, curves, problem.wavelength),
        residuals=residuals_by_phase(problem, state, curves),
        chi2=chi2,
        iterations=settled.steps,
        information=information,
        depth_information=belief.about_depth,
        judgement=belief.judgement,
        adapted=None,
        learnt_from=choices.priors[0].learnt_from,
    )


def widened(covariance: FloatArray, flags: Sequence[str], chi2: float) -> FloatArray:
    """(283, 283) covariance of a posterior whose light curves were not what the model assumes."""
    factor = max([1.0, *(_WIDER.get(flag, 1.0) ** 2 for flag in flags)])
    return covariance * factor * (chi2 if chi2 > HIGH_CHI2 else 1.0)


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
        seen_errors=np.zeros(2),
        limb_darkening=np.full((posterior.depth.size, 3), np.nan),
        orbit_covariance=np.full((4, 4), np.nan),
        curves=(),
        bands=(),
        residuals=no_residuals(),
        chi2=posterior.geometry.get("chi2", float("nan")),
        iterations=0,
        information=None,
        depth_information=None,
        judgement=None,
        adapted=None,
        learnt_from=priors.learnt_from,
    )


def light_information(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> LightInformation:
    """Eliminate mid-times and levels; make the information absolute instead of about a step."""
    layout = problem.layout
    matrix, vector = likelihood(problem, state, curves)
    leading = np.arange(layout.leading)
    matrix, vector = marginalise(matrix, vector, leading)
    vector = vector + matrix @ (state.theta[leading] - table_values(problem))
    depth, nuisance = layout.depth, layout.nuisance
    return LightInformation(
        layout=layout,
        centre=problem.centre,
        matrix=matrix[np.ix_(nuisance, nuisance)],
        cross=matrix[np.ix_(nuisance, depth)],
        vector=vector[nuisance],
        depth_matrix=matrix[np.ix_(depth, depth)],
        depth_vector=vector[depth],
        drift_size=state.drift_size,
        scale_spread=state.scale_spread,
    )


def _weigh_visits(
    problem: JointProblem, information: LightInformation, limit: float
) -> tuple[LightInformation, bool]:
    """Give each visit a depth scale of its own where visits contradict each other.

    Depths are first left free per visit; where the scales differ by more than `limit` sigma their
    observed spread becomes the spread that each visit's scale is allowed.
    """
    layout = problem.layout
    if layout.visits < 2:
        return information, False
    loose, shift = nuisance_prior(
        layout, problem.priors, problem.star, information.drift_size, _LOOSE_SCALE
    )
    vector, depth_vector = information.centred()
    precision = problem.priors.depth.precision(problem.unit)
    coupling = np.linalg.solve(information.depth_matrix + precision, information.cross.T)
    matrix = information.matrix + loose - information.cross @ coupling
    vector = vector + loose @ shift - depth_vector @ coupling
    scales = np.array([layout.scale_place(v) for v in range(layout.visits)])
    inner, right = marginalise(matrix, vector, scales)
    posterior = np.linalg.inv(inner)
    values = posterior @ right
    contrast = np.eye(scales.size)[1:] - np.eye(scales.size)[0]
    difference = contrast @ values
    error = np.sqrt(np.diag(contrast @ posterior @ contrast.T))
    if np.max(np.abs(difference) / error) <= limit:
        return information, False
    spread = float(np.std(values, ddof=1))
    return replace(information, scale_spread=max(spread, FIXED)), True


def _theta(problem: JointProblem, state: JointState, belief: Belief) -> FloatArray:
    """All parameters at the posterior mean."""
    theta = state.theta.copy()
    layout = problem.layout
    theta[layout.nuisance] = belief.nuisance
    theta[: layout.leading] += np.where(
        np.isin(np.arange(layout.leading), layout.nuisance), table_values(problem), 0.0
    )
    theta[layout.depth] = belief.depth
    return theta
