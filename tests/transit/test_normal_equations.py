"""Normal equations with their Schur complement, against a dense Jacobian by differences."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.transit.binned_curve import BinnedCurve
from spectramind.transit.gaussian import marginalise
from spectramind.transit.jitter_templates import (
    Jitter,
    residual_templates,
    shift_template,
    signal_series,
)
from spectramind.transit.normal_equations import CurveParameters, curve_equations
from spectramind.transit.pointing_wander import STILL, Wander, wander_modes

CHANNELS, BINS, PERIOD = 6, 60, 90.0


def _where() -> CurveParameters:
    return CurveParameters(
        depth=np.arange(0, 6),
        level=np.arange(6, 12),
        drift=np.arange(12, 18).reshape(3, 2),
        limb=np.arange(18, 24).reshape(2, 3),
        shared=np.arange(24, 28),
        gain_time=np.arange(28, 31),
        gain_colour=np.arange(31, 33),
    )


def _theta() -> np.ndarray:
    rng = np.random.default_rng(1)
    theta = np.zeros(33)
    theta[:6] = 0.012 + rng.normal(0.0, 1e-4, 6)
    theta[6:12] = rng.normal(0.0, 1e-3, 6)
    theta[12:18] = rng.normal(0.0, 1e-3, 6)
    theta[18:24] = [0.3, 0.1, 0.05, -0.05, 0.02, 0.01]
    theta[24:28] = 3.7, np.log(11.0), 0.3, 0.0
    theta[28:31] = 2e-3, -1e-3, 5e-4
    theta[31:33] = 0.8, -0.6
    return theta


def _curve(flux: np.ndarray) -> BinnedCurve:
    time = np.linspace(0.02, 7.48, BINS)[:, None]
    noise = np.linspace(1e-4, 3e-4, CHANNELS)
    usable = np.ones(flux.shape, dtype=bool)
    return BinnedCurve("AIRS-CH0", 0, time, flux, usable, np.ones(CHANNELS), noise, noise)


def _jitter(patterns: np.ndarray, wander: Wander = STILL) -> Jitter:
    shift = np.random.default_rng(3).normal(0.1, 1.0, CHANNELS)
    return Jitter(patterns.reshape(-1, CHANNELS), shift, wander)


NONE = _jitter(np.zeros((0, CHANNELS)))


def _dense(jitter: Jitter, data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and vector over (level, depth, common) from an explicit Jacobian with amplitudes."""
    where, theta = _where(), _theta()
    order = np.concatenate([where.level, where.depth, where.common])

    def log_model(values: np.ndarray) -> np.ndarray:
        model = curve_equations(_curve(data), values, where, PERIOD, NONE).model
        return np.asarray(np.log(model))

    columns = []
    for index in order:
        step = np.zeros(theta.size)
        step[index] = 1e-6
        slope = (log_model(theta + step) - log_model(theta - step)) / 2e-6
        columns.append(slope.ravel())
    wander = jitter.wander
    moves = wander.slow + wander.fast > 0.0
    for template in [*jitter.patterns, *([jitter.shift] if moves else [])]:
        for t in range(BINS):
            amplitude = np.zeros((BINS, CHANNELS))
            amplitude[t] = template
            columns.append(amplitude.ravel())
    equations = curve_equations(_curve(data), theta, where, PERIOD, NONE)
    light = equations.transit.mean(axis=1)[:, None] / _curve(data).noise ** 2
    weight = np.broadcast_to(light, (BINS, CHANNELS)).ravel()
    jacobian = np.stack(columns, axis=1)
    matrix = jacobian.T @ (jacobian * weight[:, None])
    vector = jacobian.T @ (weight * (data / equations.model - 1.0).ravel())
    if moves:
        slow, modes = wander_modes(BINS, float(np.diff(_curve(data).bin_time)[0]))
        prior = wander.slow**2 * (modes * slow) @ modes.T + wander.fast**2 * np.eye(BINS)
        root = np.sqrt(equations.transit.mean(axis=1))
        matrix[-BINS:, -BINS:] += root[:, None] * np.linalg.inv(prior) * root
    keep = np.arange(order.size)
    return marginalise(matrix, vector, keep)


@pytest.mark.parametrize(
    ("count", "wander"),
    [(0, STILL), (2, STILL), (0, Wander(1e-4, 3e-5)), (2, Wander(0.0, 1e-4))],
)
def test_equals_dense_solution(count: int, wander: Wander) -> None:
    rng = np.random.default_rng(2)
    jitter = _jitter(rng.normal(0.0, 1.0, (2, CHANNELS))[:count], wander)
    truth = curve_equations(
        _curve(np.ones((BINS, CHANNELS))), _theta(), _where(), PERIOD, NONE
    ).model
    data = truth * (1.0 + rng.normal(0.0, 2e-4, truth.shape))
    ours = curve_equations(_curve(data), _theta(), _where(), PERIOD, jitter)
    matrix, vector = _dense(jitter, data)
    scale = np.sqrt(np.diag(matrix))
    # 1 + drift is linearised as exp(drift): they differ by the drift itself, 1e-3.
    np.testing.assert_allclose(
        ours.matrix / np.outer(scale, scale), matrix / np.outer(scale, scale), atol=5e-3
    )
    np.testing.assert_allclose(ours.vector / scale, vector / scale, atol=0.05)


def test_templates_take_out_any_amplitude() -> None:
    rng = np.random.default_rng(4)
    template = rng.normal(0.0, 1.0, (1, CHANNELS))
    where, theta = _where(), _theta()
    clean = curve_equations(_curve(np.ones((BINS, CHANNELS))), theta, where, PERIOD, NONE).model
    shaken = clean * (1.0 + rng.normal(0.0, 1e-2, (BINS, 1)) * template)
    equations = curve_equations(_curve(shaken), theta, where, PERIOD, _jitter(template))
    assert equations.chi2 < 1e-12
    assert np.abs(equations.vector).max() < 1e-3


def test_marginal_and_conditional_of_a_gaussian() -> None:
    rng = np.random.default_rng(5)
    root = rng.normal(size=(7, 9))
    matrix, vector = root @ root.T, rng.normal(size=7)
    covariance, mean = np.linalg.inv(matrix), np.linalg.solve(matrix, vector)
    keep = np.array([1, 4, 5])
    reduced, right = marginalise(matrix, vector, keep)
    np.testing.assert_allclose(np.linalg.inv(reduced), covariance[np.ix_(keep, keep)], rtol=1e-8)
    np.testing.assert_allclose(np.linalg.solve(reduced, right), mean[keep], rtol=1e-8)


def test_residual_templates_find_what_stands_above_noise() -> None:
    rng = np.random.default_rng(6)
    noise = np.geomspace(1e-3, 3e-3, 80)
    white = rng.normal(0.0, 1.0, (300, 80)) * noise
    drift = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, 300), 5)
    dip = -0.01 * (np.abs(np.linspace(-1.0, 1.0, 300)) < 0.4)
    signal = signal_series(1.0 + np.tile(dip[:, None], 80), drift)
    assert residual_templates(white, noise, signal, 3).shape == (0, 80)
    unfinished = white + dip[:, None] + drift @ rng.normal(0.0, 1e-2, (6, 80))
    assert residual_templates(unfinished, noise, signal, 3).shape == (0, 80)
    pattern = noise * rng.normal(0.0, 1.0, 80)
    shaken = unfinished + rng.normal(0.0, 1.0, (300, 1)) * pattern
    found = residual_templates(shaken, noise, signal, 3)
    assert found.shape == (1, 80)
    assert abs(np.corrcoef(found[0] / noise, pattern / noise)[0, 1]) > 0.98


def test_shift_template_is_the_change_of_a_shifted_spectrum() -> None:
    channel = np.arange(200.0)
    spectrum = np.exp(-(((channel - 80.0) / 60.0) ** 2)) + 0.2
    shifted = np.exp(-(((channel + 0.01 - 80.0) / 60.0) ** 2)) + 0.2
    expected = (shifted / spectrum - 1.0) / 0.01
    difference = shift_template(spectrum)[2:-2] - expected[2:-2]
    assert np.abs(difference).max() < 1e-3
    assert shift_template(np.exp(-0.01 * channel)) == pytest.approx(np.full(200, -0.01))
