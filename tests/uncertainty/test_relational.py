"""COREL: numpy against torch, quantiles that do not cross, and a signal that it must find."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from synthetic_errors import WEIGHTS, planets, score, with_cells

from spectramind.models.channel_graph import channel_graph
from spectramind.survey.dispersion import channel_wavelengths
from spectramind.uncertainty.cross_fit import Lesson
from spectramind.uncertainty.half_widths import (
    GAUSSIAN,
    half_widths,
    relational_scale,
    towards_gaussian,
    winkler_score,
)
from spectramind.uncertainty.learning import learn_calibrators
from spectramind.uncertainty.node_inputs import learn_input_scale, node_inputs
from spectramind.uncertainty.quantile_network import NetworkShape, QuantileNetwork
from spectramind.uncertainty.quantile_training import TrainingPlan, pinball_loss, train_relational
from spectramind.uncertainty.relational import forward, relational_half_widths
from spectramind.uncertainty.sample import Sample

OPERATORS = channel_graph(channel_wavelengths()).operators


def graded(count: int, seed: int) -> Sample:
    """Errors whose size follows a feature of the planet, from 0.6 to 1.5 of what is stated."""
    sample = planets(count, seed=seed)
    size = np.exp(0.35 * np.clip(sample.planet_features[:, 0], -1.5, 1.5))[:, None]
    return with_cells(sample, truth=sample.mu + (sample.truth - sample.mu) * size)


@pytest.mark.parametrize("graph", ["none", "learned", "physical", "both"])
def test_numpy_forward_equals_torch(graph: str) -> None:
    torch.manual_seed(3)
    network = QuantileNetwork(NetworkShape(graph=graph), OPERATORS)  # type: ignore[arg-type]
    torch.nn.init.normal_(network.head.weight)
    sample = planets(4)
    channel, planet = node_inputs(sample, learn_input_scale(sample))
    precision = np.random.default_rng(0).uniform(0.2, 3.0, (4, 283))
    inputs = (torch.tensor(x, dtype=torch.float32) for x in (channel, planet, precision))
    with torch.no_grad():
        expected = network(*inputs).numpy()
    found = forward(network.weights(), channel, planet, precision)
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_half_widths_start_gaussian_and_never_cross() -> None:
    np.testing.assert_allclose(half_widths(np.zeros((2, 3))), np.tile(GAUSSIAN, (2, 1)))
    wild = half_widths(np.random.default_rng(0).normal(0.0, 50.0, (1000, 3)))
    assert np.all(np.diff(wild, axis=-1) > 0.0)
    assert np.all(wild > 0.0)
    np.testing.assert_allclose(towards_gaussian(wild, 1.0), wild)
    np.testing.assert_allclose(towards_gaussian(wild, 0.0)[0], GAUSSIAN)
    np.testing.assert_allclose(relational_scale(1.4 * np.tile(GAUSSIAN, (5, 1))), 1.4)


def test_pinball_loss_is_least_at_the_quantile() -> None:
    residual = torch.tensor(np.random.default_rng(1).normal(0.0, 1.0, (4000, 1)))
    weight = torch.ones_like(residual)
    losses = {
        scale: float(pinball_loss(residual, torch.tensor(scale * GAUSSIAN)[None, None], weight))
        for scale in (0.8, 1.0, 1.25)
    }
    assert min(losses, key=losses.__getitem__) == 1.0


def test_winkler_score_against_its_definition() -> None:
    error, half, alpha = np.array([0.5, -3.0]), np.array([1.0, 1.0]), 0.1
    expected = [2.0, 2.0 + 2.0 / alpha * 2.0]
    np.testing.assert_allclose(winkler_score(error, half, 0.9), expected)


def test_network_finds_what_temperature_cannot() -> None:
    sample, fresh = graded(220, 1), graded(200, 2)
    plan = TrainingPlan(NetworkShape(graph="physical"), epochs=40, rate=5e-3)
    found = train_relational(sample, sample.sigma, OPERATORS, WEIGHTS, plan)
    widths = relational_half_widths(found, fresh, fresh.sigma)
    scale = relational_scale(widths).mean(axis=1)
    size = np.clip(fresh.planet_features[:, 0], -1.5, 1.5)
    assert np.corrcoef(np.log(scale), size)[0, 1] > 0.7
    error = fresh.truth - fresh.mu
    plain = winkler_score(error, fresh.sigma * GAUSSIAN[1], 0.9).mean()
    assert winkler_score(error, fresh.sigma * widths[..., 1], 0.9).mean() < plain


@pytest.mark.slow
def test_relational_stage_is_kept_where_it_helps_and_only_there() -> None:
    lesson = Lesson(score, WEIGHTS, OPERATORS, folds=2, graph="none")
    kept = learn_calibrators(graded(240, 5), lesson)
    assert kept.calibrators.relational is not None
    assert "corel: kept" in kept.calibrators.lines[-1]
    idle = learn_calibrators(planets(120, seed=6), lesson)
    assert idle.calibrators.relational is None
    assert "corel: not kept" in idle.calibrators.lines[-1]
