"""What is read off the state of a joint inference: geometry, limb darkening, residuals, flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS
from spectramind.transit.binned_curve import BinnedCurve
from spectramind.transit.joint_problem import JointProblem, JointState
from spectramind.transit.normal_equations import (
    VISIT_HOURS,
    CurveEquations,
    colour_basis,
)
from spectramind.transit.orbit import (
    HOURS_PER_DAY,
    Orbit,
    contact_times,
    full_duration,
    transit_duration,
)
from spectramind.transit.parameter_layout import ParameterLayout
from spectramind.transit.phase_residuals import PhaseResiduals, phase_residuals
from spectramind.transit.planet_fit import BandLightCurves, CurveFit
from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]

N_BANDS = 6
_EDGE_HOURS = 0.1
HIGH_CHI2 = 1.5


def orbit_of(problem: JointProblem, state: JointState, position: int) -> Orbit:
    """Orbit in the clock of one visit (position in the list of visits)."""
    layout = problem.layout
    log_a, impact = state.theta[layout.orbit]
    t0 = float(state.theta[layout.t0(position)])
    return Orbit(t0, problem.period, float(np.exp(log_a)), abs(float(impact)))


def channel_limb_darkening(problem: JointProblem, state: JointState) -> FloatArray:
    """(283, 3) u1, u2, u3 of every channel."""
    return limb_darkening_of(problem.layout, state.theta[problem.layout.star])


def limb_darkening_of(layout: ParameterLayout, star: FloatArray) -> FloatArray:
    """(283, 3) u1, u2, u3 of every channel from the star's parameters (star,)."""
    first = layout.star[0]
    airs = colour_basis(N_AIRS, layout.orders.limb) @ star[layout.limb_airs - first]
    return np.concatenate([star[layout.limb_fgs1 - first], airs])


def geometry(problem: JointProblem, state: JointState) -> dict[str, float]:
    """Scalars of the fit by name; hours, days and stellar radii."""
    depth = state.theta[problem.layout.depth]
    mid_times = {
        f"t0_{visit}": orbit_of(problem, state, position).t0
        for position, visit in enumerate(problem.visits)
    }
    shape = transit_shape(
        orbit_of(problem, state, 0), depth, channel_limb_darkening(problem, state)
    )
    return {**mid_times, "period": problem.period / HOURS_PER_DAY, **shape}


def transit_shape(orbit: Orbit, depth: FloatArray, limb: FloatArray) -> dict[str, float]:
    """Scalars of a transit by name; hours and stellar radii.

    Parameters
    ----------
    depth : (283,)
    limb : (283, 3) limb darkening
    """
    k = float(np.sqrt(depth[1:].mean()))
    names = ("u1", "u2", "u3")
    return {
        "a_over_rs": orbit.a_over_rs,
        "impact": orbit.impact,
        "duration": transit_duration(orbit, k),
        "k_airs": k,
        "k_fgs1": float(np.sqrt(depth[0])),
        **{f"{name}_airs": float(u) for name, u in zip(names, limb[1:].mean(axis=0), strict=True)},
        **{f"{name}_fgs1": float(u) for name, u in zip(names, limb[0], strict=True)},
    }


def curve_fits(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> tuple[CurveFit, ...]:
    """Residual statistics of every light curve."""
    fits = []
    for equation, curve, jitter, (_, where) in zip(
        curves, problem.curves, state.jitter, problem.places, strict=True
    ):
        seen = np.isfinite(curve.noise)
        count = np.maximum(curve.usable[:, seen].sum(axis=0), 1)
        kept = 1.0 - jitter.count / max(int(seen.sum()), 1)
        square = np.sum(equation.clean[:, seen] ** 2, axis=0) / count / kept
        square = square * float(np.mean(equation.transit))
        fits.append(
            CurveFit(
                instrument=curve.instrument,
                visit=curve.visit,
                drift=where.drift_of(state.theta),
                templates=jitter.count,
                samples=equation.samples,
                scatter=float(np.sqrt(np.mean(square / curve.noise[seen] ** 2))),
                stated=float(np.sqrt(np.mean(square / curve.stated[seen] ** 2))),
            )
        )
    return tuple(fits)


def _inverse_variance(noise: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(noise), noise, np.inf) ** -2.0)


def _averaged(
    equation: CurveEquations, curve: BinnedCurve, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(bin, band) flux, model and share of the weight that is usable, averaged over channels.

    Parameters
    ----------
    weight : (channel, band), each column with the sum 1
    """
    share = curve.usable @ weight
    good = share > 0.5
    divisor = np.where(good, share, 1.0)
    model = equation.transit @ weight
    deviation = (curve.usable * equation.clean * equation.transit) @ weight / divisor
    return np.where(good, model + deviation, np.nan), model, np.where(good, share, 0.0)


def white_curves(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> tuple[WhiteLightCurve, ...]:
    """Noise-weighted mean over channels of each curve, drift and jitter removed, and its model."""
    out = []
    for equation, curve, noise in zip(curves, problem.curves, state.noise, strict=True):
        weight = _inverse_variance(noise)
        total = weight.sum()
        flux, model, share = _averaged(equation, curve, weight[:, None] / total)
        with np.errstate(divide="ignore"):
            sigma = np.sqrt(1.0 / (total * share[:, 0]))
        out.append(
            WhiteLightCurve(
                instrument=curve.instrument,
                visit=curve.visit,
                time=curve.bin_time,
                flux=flux[:, 0],
                model=model[:, 0],
                sigma=sigma,
            )
        )
    return tuple(out)


def band_curves(
    problem: JointProblem,
    state: JointState,
    curves: Sequence[CurveEquations],
    wavelength: FloatArray,
) -> tuple[BandLightCurves, ...]:
    """AIRS light curves averaged over N_BANDS bands of equally many channels.

    Parameters
    ----------
    wavelength : (282,) micrometre
    """
    members = np.array_split(np.arange(wavelength.size), N_BANDS)
    out = []
    for equation, curve, noise in zip(curves, problem.curves, state.noise, strict=True):
        if curve.instrument == "FGS1":
            continue
        weight = np.zeros((wavelength.size, N_BANDS))
        for band, channels in enumerate(members):
            inverse = _inverse_variance(noise[channels])
            weight[channels, band] = inverse / max(inverse.sum(), np.finfo(float).tiny)
        flux, model, _ = _averaged(equation, curve, weight)
        middle = np.array([wavelength[channels].mean() for channels in members])
        out.append(BandLightCurves(curve.visit, middle, curve.bin_time, flux, model))
    return tuple(out)


def residuals_by_phase(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> PhaseResiduals:
    """Residuals of every channel out of transit, at its edges and inside."""
    orbits = [orbit_of(problem, state, position) for position, _ in problem.places]
    k = float(np.sqrt(state.theta[problem.layout.depth].mean()))
    return phase_residuals(problem.curves, curves, orbits, k)


def orbit_covariance(
    layout: ParameterLayout, matrix: FloatArray, covariance: FloatArray
) -> FloatArray:
    """(4, 4) covariance of ORBIT_PARAMETERS.

    Given the depths the nuisance parameters are normal with precision `matrix`; their mean moves
    with the depths, whose own covariance is added.

    Parameters
    ----------
    matrix : (leading, leading) information with the prior of the nuisance parameters
    covariance : (283, 283) of the depths
    """
    nuisance, depth = layout.nuisance, layout.depth
    orbit = layout.orbit - nuisance[0]
    inner = np.linalg.inv(matrix[np.ix_(nuisance, nuisance)])[orbit]
    gain = -inner @ matrix[np.ix_(nuisance, depth)]
    mean = np.zeros((2, depth.size))
    mean[0, 1:], mean[1, 0] = 1.0 / (depth.size - 1), 1.0
    to_parameters = np.concatenate([gain, mean])
    out = to_parameters @ covariance @ to_parameters.T
    out[:2, :2] += inner[:, orbit]
    return np.asarray(out)


@dataclass(frozen=True)
class Doubts:
    """What an inference has found out about itself: chi2 is the mean squared residual / noise."""

    unsettled: bool
    visits_disagree: bool
    spotted: bool
    foreign: bool
    chi2: float


def fit_flags(problem: JointProblem, state: JointState, doubts: Doubts) -> tuple[str, ...]:
    """Names of what is doubtful about a fit."""
    k = float(np.sqrt(state.theta[problem.layout.depth].mean()))
    partial = False
    for position in range(problem.layout.visits):
        first, *_, last = contact_times(orbit_of(problem, state, position), k)
        times = [
            c.time
            for c, (p, _) in zip(problem.curves, problem.places, strict=True)
            if p == position
        ]
        start = min((float(t.min()) for t in times), default=0.0)
        end = max((float(t.max()) for t in times), default=VISIT_HOURS)
        partial |= first < start + _EDGE_HOURS or last > end - _EDGE_HOURS
    expected = 2 * problem.layout.visits
    dark = any(not np.isfinite(curve.noise).all() for curve in problem.curves)
    checks = {
        "few_samples": len(problem.curves) < expected,
        "partial_transit": partial,
        "grazing": full_duration(orbit_of(problem, state, 0), k) == 0.0,
        "visits_disagree": doubts.visits_disagree,
        "masked_channels": dark,
        "high_chi2": doubts.chi2 > HIGH_CHI2,
        "spotted": doubts.spotted,
        "foreign_prior": doubts.foreign,
        "not_converged": doubts.unsettled,
    }
    return tuple(name for name, raised in checks.items() if raised)
