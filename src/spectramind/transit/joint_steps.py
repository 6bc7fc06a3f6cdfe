"""Iterated linearised Gaussian inference: Gauss-Newton steps with a trust region, noise, jitter
and the size of the drift learnt on the way.

The size of a visit's drift is unknown within factors, so that its coefficients follow Student's t:
a Gaussian whose precision is itself estimated (K. Lange et al., J. Am. Stat. Assoc. 84, 881, 1989).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from spectramind.transit.jitter_templates import (
    Jitter,
    measured_shift,
    residual_templates,
    signal_series,
)
from spectramind.transit.joint_problem import (
    JointProblem,
    JointState,
    equations,
    likelihood,
    table_values,
)
from spectramind.transit.normal_equations import CurveEquations, time_basis
from spectramind.transit.nuisance_prior import OVER_RELAXED, expected_size, nuisance_prior
from spectramind.transit.pointing_wander import learn_wander

FloatArray = NDArray[np.float64]

_LARGEST_STEP = {"t0": 0.15, "log_a": 0.1, "impact": 0.15, "depth": 0.01}
_DEPTH_RANGE = (1e-5, 0.2)
_JITTER_AFTER = 3
_SETTLED = 5
_CONVERGED = 1e-6
_CONVERGED_SHARE = 3e-4  # of the depth: a tenth of its standard deviation at most


def _posterior_of_drift(
    factor: tuple[FloatArray, bool], theta: FloatArray, index: NDArray[np.int64]
) -> FloatArray:
    """Second moments of some parameters under the linearised posterior."""
    unit = np.zeros((theta.size, index.size))
    unit[index, np.arange(index.size)] = 1.0
    covariance = cho_solve(factor, unit, check_finite=False)[index]
    return np.asarray(covariance + np.outer(theta[index], theta[index]))


def _drift_size(
    problem: JointProblem, state: JointState, factor: tuple[FloatArray, bool]
) -> FloatArray:
    """(visit, 3) precision of each visit's drift relative to the typical one."""
    layout, blocks = problem.layout, problem.priors.drift.blocks
    size = np.empty_like(state.drift_size)
    for visit in range(layout.visits):
        parts = zip(layout.drift(visit)[:3], blocks[:3], strict=True)
        for i, (index, typical) in enumerate(parts):
            moments = _posterior_of_drift(factor, state.theta, index)
            square = float(np.trace(np.linalg.solve(typical, moments)))
            size[visit, i] = expected_size(square, index.size)
    return np.asarray(state.drift_size * (size / state.drift_size) ** OVER_RELAXED)


def _limited(problem: JointProblem, step: FloatArray) -> FloatArray:
    """The step, shortened where it would leave the range of the linearisation."""
    layout = problem.layout
    t0 = max(abs(float(step[layout.t0(v)])) for v in range(layout.visits))
    sizes = {
        "t0": t0,
        "log_a": abs(float(step[layout.orbit[0]])),
        "impact": abs(float(step[layout.orbit[1]])),
        "depth": float(np.max(np.abs(step[layout.depth]))),
    }
    ratio = max(size / _LARGEST_STEP[name] for name, size in sizes.items())
    return step / max(1.0, ratio)


def solve_step(
    problem: JointProblem,
    state: JointState,
    curves: Sequence[CurveEquations],
    depth_precision: FloatArray,
) -> tuple[FloatArray, tuple[FloatArray, bool]]:
    """Step of all parameters to the posterior mean of the linearised problem.

    Returns
    -------
    step (parameter,), Cholesky factor of the posterior precision
    """
    layout = problem.layout
    matrix, vector = likelihood(problem, state, curves)
    precision, mean = nuisance_prior(
        layout, problem.priors, problem.star, state.drift_size, state.scale_spread
    )
    nuisance, depth = layout.nuisance, layout.depth
    now = (state.theta[: layout.leading] - table_values(problem))[nuisance]
    matrix[np.ix_(nuisance, nuisance)] += precision
    vector[nuisance] += precision @ (mean - now)
    matrix[np.ix_(depth, depth)] += depth_precision
    vector[depth] += depth_precision @ (problem.centre - state.theta[depth])
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return cho_solve(factor, vector, check_finite=False), factor


def _moved(problem: JointProblem, state: JointState, step: FloatArray) -> FloatArray:
    theta = state.theta + step
    layout = problem.layout
    theta[layout.depth] = np.clip(theta[layout.depth], *_DEPTH_RANGE)
    impact = layout.orbit[1]
    theta[impact] = min(abs(theta[impact]), 1.2)  # both signs are the same orbit
    for visit in range(layout.visits):
        length = np.linalg.norm(theta[layout.gain_colour(visit)])
        theta[layout.gain_colour(visit)] /= length
        theta[layout.gain_time(visit)] *= length
    return np.asarray(theta)


def _with_jitter(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations], most: int
) -> JointState:
    """How far the spectrum wanders, and what other jitter patterns the residuals show."""
    found = []
    for equation, curve, jitter in zip(curves, problem.curves, state.jitter, strict=True):
        if most > 0 and jitter.shift.any():
            drift = time_basis(curve.bin_time, problem.layout.orders.time)
            signal = signal_series(equation.transit, drift)
            series, noise, rest = measured_shift(equation.residual, jitter.shift, curve.noise)
            spacing = float(np.median(np.diff(curve.bin_time)))
            wander = learn_wander(series, signal, spacing, noise)
            others = residual_templates(rest, curve.noise, signal, most - 1)
            jitter = Jitter(others, jitter.shift, wander)
        found.append(jitter)
    return replace(state, jitter=tuple(found))


def residual_noise(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> tuple[FloatArray, ...]:
    """(channel,) relative noise of a bin of each curve, from its residuals; inf where unusable."""
    noise = []
    for equation, curve, jitter in zip(curves, problem.curves, state.jitter, strict=True):
        count = curve.usable.sum(axis=0)
        flux = np.mean(equation.transit)
        fitted = jitter.count * count / curve.flux.shape[1] + (
            5.0 if curve.flux.shape[1] > 1 else 2.0 + problem.layout.orders.time
        )
        free = np.maximum(count - fitted, 1.0)
        rms = np.sqrt(np.sum(equation.clean**2, axis=0) / free * flux)
        noise.append(np.where(np.isfinite(curve.noise), np.maximum(rms, 1e-9), np.inf))
    return tuple(noise)


Choose = Callable[[JointProblem, JointState, Sequence[CurveEquations]], JointProblem]
"""The problem with the priors that the light curves favour."""


@dataclass(frozen=True)
class Settled:
    """Where the iterations end.

    problem    with the priors that were chosen on the way
    equations  linearised about the state
    steps      that were taken
    """

    problem: JointProblem
    state: JointState
    equations: tuple[CurveEquations, ...]
    steps: int
    converged: bool


def iterate(
    problem: JointProblem,
    state: JointState,
    choose: Choose | None,
    most_patterns: int,
    iterations: int,
) -> Settled:
    """Step until nothing moves.

    Parameters
    ----------
    choose : called once noise and pointing are known; None keeps the priors
    """
    layout = problem.layout
    depth_precision = problem.priors.depth.precision(problem.unit)
    curves = equations(problem, state)
    converged, count = False, 0
    while count < iterations and not converged:
        step, factor = solve_step(problem, state, curves, depth_precision)
        step = _limited(problem, step)
        theta = _moved(problem, state, step)
        state = replace(state, theta=theta)
        count += 1
        if count >= 2:
            state = replace(state, drift_size=_drift_size(problem, state, factor))
        curves = equations(problem, state)
        if count == _JITTER_AFTER:
            state = _with_jitter(problem, state, curves, most_patterns)
            curves = equations(problem, state)
        if count == _JITTER_AFTER + 1:
            state = replace(state, noise=residual_noise(problem, state, curves))
            curves = equations(problem, state)
            if choose is not None:
                problem = choose(problem, state, curves)
                depth_precision = problem.priors.depth.precision(problem.unit)
        limit = max(_CONVERGED, _CONVERGED_SHARE * float(theta[layout.depth].mean()))
        small = bool(np.abs(step[layout.depth]).max() < limit)
        small &= bool(np.abs(step[layout.orbit]).max() < 3e-3)
        converged = bool(count >= _SETTLED and small)
    return Settled(problem, state, curves, count, converged)
