"""One planet's light curves, parameters and priors, brought into one set of normal equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.binned_curve import BinnedCurve, bin_curve
from spectramind.transit.jitter_templates import Jitter, no_jitter
from spectramind.transit.normal_equations import (
    CurveEquations,
    CurveParameters,
    colour_basis,
    curve_equations,
    time_basis,
)
from spectramind.transit.nuisance_prior import star_mean
from spectramind.transit.orbit import HOURS_PER_DAY
from spectramind.transit.parameter_layout import ParameterLayout
from spectramind.transit.priors import TransitPriors
from spectramind.transit.separable_drift import channel_drifts, separable_part
from spectramind.transit.white_fit import WhiteFit

FloatArray = NDArray[np.float64]

FIXED = 1e-9
"""Standard deviation of a parameter that is held."""
_T0_SPREAD = 1.0
_LEVEL_SPREAD = 1.0
_GAUGE_SPREAD = 1e-3


@dataclass(frozen=True)
class JointProblem:
    """What does not change between steps.

    curves     light curves that have usable samples
    places     (visit position, parameters) of each of them
    period     hour
    table      (star,) values that learnt means are relative to: zeros, ln(a/R*) and impact
    wavelength (282,) micrometre
    unit       (283, 283) depth covariance for unit amplitude
    centre     depth that the prior of the spectrum is centred on
    """

    layout: ParameterLayout
    priors: TransitPriors
    star: Star
    curves: tuple[BinnedCurve, ...]
    places: tuple[tuple[int, CurveParameters], ...]
    visits: tuple[int, ...]
    period: float
    table: FloatArray
    wavelength: FloatArray
    unit: FloatArray
    centre: float


@dataclass(frozen=True)
class JointState:
    """What a step changes.

    theta        (parameter,)
    noise        (channel,) for each curve
    jitter       of each curve
    drift_size   (visit, 3) weight of the priors of the first three parts of `DriftPriors.blocks`,
                 1 for the typical visit
    scale_spread standard deviation of the visit scales
    """

    theta: FloatArray
    noise: tuple[FloatArray, ...]
    jitter: tuple[Jitter, ...]
    drift_size: FloatArray
    scale_spread: float


def curve_parameters(layout: ParameterLayout, visit: int, is_airs: bool) -> CurveParameters:
    """Which parameters shape a curve of one visit (position in the list of visits)."""
    shared = np.array([layout.t0(visit), *layout.orbit, layout.visit_scale(visit)])
    if is_airs:
        return CurveParameters(
            depth=layout.depth[1:],
            level=layout.level_airs(visit),
            drift=layout.departure(visit),
            gain_time=layout.gain_time(visit),
            gain_colour=layout.gain_colour(visit),
            limb=layout.limb_airs,
            shared=shared,
        )
    return CurveParameters(
        depth=layout.depth[:1],
        level=layout.level_fgs1(visit),
        drift=layout.drift_fgs1(visit),
        gain_time=np.arange(0),
        gain_colour=np.arange(0),
        limb=layout.limb_fgs1,
        shared=shared,
    )


def table_orbit(star: Star) -> tuple[float, float]:
    """ln(a/R*) and impact parameter as the star table has them."""
    impact = abs(star.semi_major_axis * np.cos(np.radians(star.inclination)))
    return float(np.log(star.semi_major_axis)), min(float(impact), 1.0)


def build_problem(
    visits: Sequence[VisitLightCurves],
    star: Star,
    priors: TransitPriors,
    white: WhiteFit,
    bin_seconds: float,
) -> JointProblem:
    """Bin the curves and lay out the parameters of all visits that the white fit knows."""
    layout = ParameterLayout(priors.orders, len(white.visits))
    curves, places = [], []
    for visit in visits:
        if visit.visit not in white.visits:
            continue
        position = white.visits.index(visit.visit)
        for light_curve, is_airs in ((visit.airs, True), (visit.fgs1, False)):
            curve = bin_curve(light_curve, visit.visit, bin_seconds)
            if curve.usable.any():
                curves.append(curve)
                places.append((position, curve_parameters(layout, position, is_airs)))
    table = np.zeros(layout.star.size)
    table[-2:] = table_orbit(star)
    wavelength = visits[0].airs.wavelength
    return JointProblem(
        layout=layout,
        priors=priors,
        star=star,
        curves=tuple(curves),
        places=tuple(places),
        visits=white.visits,
        period=star.period * HOURS_PER_DAY,
        table=table,
        wavelength=wavelength,
        unit=priors.depth.unit_covariance(wavelength),
        centre=white.radius_ratio("AIRS-CH0") ** 2,
    )


def first_state(problem: JointProblem, white: WhiteFit) -> JointState:
    """Where the iterations start: the white fit, and the priors for everything else."""
    layout = problem.layout
    theta = np.zeros(layout.size)
    theta[layout.depth] = problem.centre
    theta[layout.star] = problem.table + star_mean(problem.priors, problem.star)
    n = len(white.visits)
    theta[layout.orbit] = white.parameters[n], abs(white.parameters[n + 1])
    for position in range(n):
        theta[layout.gain_colour(position)[0]] = 1.0
    for position in range(n):
        theta[layout.t0(position)] = white.parameters[position]
    state = JointState(
        theta=theta,
        noise=tuple(curve.noise for curve in problem.curves),
        jitter=tuple(no_jitter(curve.level) for curve in problem.curves),
        drift_size=np.ones((n, 3)),
        scale_spread=FIXED,
    )
    return _with_separable_drift(problem, state)


def _with_separable_drift(problem: JointProblem, state: JointState) -> JointState:
    """The state with the separable drift of AIRS that the light curves show at first sight."""
    theta = state.theta.copy()
    for equation, curve, (_, where) in zip(
        equations(problem, state), problem.curves, problem.places, strict=True
    ):
        orders, colours = where.drift.shape
        if where.gain_time.size:
            time = time_basis(curve.bin_time, orders)[:, 1:]
            drift = channel_drifts(equation.residual, time, equation.transit.mean(axis=1))
            colour = colour_basis(where.depth.size, colours - 1)
            factors = separable_part(drift, curve.noise**-2.0, colour, problem.priors.drift)
            theta[where.gain_time], theta[where.gain_colour] = factors
    return replace(state, theta=theta)


def table_values(problem: JointProblem) -> FloatArray:
    """(leading,) values that the learnt priors take as their zero."""
    values = np.zeros(problem.layout.leading)
    values[problem.layout.star] = problem.table
    return values


def equations(problem: JointProblem, state: JointState) -> tuple[CurveEquations, ...]:
    """Linearise all light curves about the state."""
    return tuple(
        curve_equations(replace(curve, noise=noise), state.theta, where, problem.period, jitter)
        for curve, noise, jitter, (_, where) in zip(
            problem.curves, state.noise, state.jitter, problem.places, strict=True
        )
    )


def likelihood(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> tuple[FloatArray, FloatArray]:
    """Information of all curves about steps of all parameters, with priors of t0 and levels.

    Only the product of the factors of a separable drift is seen: the factor in wavelength keeps its
    length.
    """
    layout = problem.layout
    matrix = np.zeros((layout.size, layout.size))
    vector = np.zeros(layout.size)
    for curve in curves:
        matrix[np.ix_(curve.index, curve.index)] += curve.matrix
        vector[curve.index] += curve.vector
    trailing = np.arange(layout.leading, layout.size)
    precision = np.full(trailing.size, _LEVEL_SPREAD**-2.0)
    precision[[layout.t0(v) - layout.leading for v in range(layout.visits)]] = _T0_SPREAD**-2.0
    matrix[trailing, trailing] += precision
    levels = np.setdiff1d(trailing, [layout.t0(v) for v in range(layout.visits)])
    vector[levels] -= state.theta[levels] / _LEVEL_SPREAD**2
    for visit in range(layout.visits):  # the factor in time carries the size of a separable drift
        colour = layout.gain_colour(visit)
        direction = state.theta[colour] / np.linalg.norm(state.theta[colour])
        matrix[np.ix_(colour, colour)] += np.outer(direction, direction) / _GAUGE_SPREAD**2
    return matrix, vector
