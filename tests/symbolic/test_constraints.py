"""The constraints hold on spectra of nature and break on spectra that nature does not make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from spectramind.simulator.population import draw_planets
from spectramind.symbolic.alignment import explained_share
from spectramind.symbolic.coherence import above_resolution
from spectramind.symbolic.constraints import NAMES, violations
from spectramind.symbolic.smoothness import second_difference

FloatArray = NDArray[np.float64]

SHAPES = ("smoothness", "fft", "molecular")
SIGMA = 20e-6


@pytest.fixture(scope="module")
def simulated() -> FloatArray:
    """Truth (planet, 283) of simulated planets, nominal and out of the training range."""
    planets = [*draw_planets(3, range(150)), *draw_planets(3, range(50), "ood")]
    return np.array([planet.spectrum for planet in planets])


@pytest.fixture(scope="module")
def real(shared: Path) -> FloatArray:
    """Spectra (planet, 283) of independent origin."""
    return pl.read_parquet(shared / "real/spectra_2024.parquet").to_numpy()[:, 1:]


def medians(mu: FloatArray, sigma: float = SIGMA) -> dict[str, float]:
    """Median violation over the planets, by constraint."""
    found = violations(mu, np.full(mu.shape, sigma))
    return {name: float(np.median(violation.total)) for name, violation in found.items()}


@pytest.mark.parametrize("population", ["simulated", "real"])
def test_nature_obeys(population: str, request: pytest.FixtureRequest) -> None:
    truth: FloatArray = request.getfixturevalue(population)
    for sigma in (SIGMA, 1e-6):
        for name, value in medians(truth, sigma).items():
            assert value < 0.2, (name, sigma)
    assert np.median(explained_share(truth)) > 0.98
    assert medians(truth)["nonnegativity"] == 0.0


@pytest.mark.parametrize("population", ["simulated", "real"])
@pytest.mark.parametrize("name", SHAPES)
def test_shuffled_and_noisy_break(
    population: str, name: str, request: pytest.FixtureRequest
) -> None:
    truth: FloatArray = request.getfixturevalue(population)
    random = np.random.default_rng(0)
    shuffled = truth.copy()
    shuffled[:, 1:] = random.permuted(truth[:, 1:], axis=1)
    noisy = truth + 5.0 * SIGMA * random.standard_normal(truth.shape)
    assert medians(shuffled, 5e-6)[name] > max(30.0 * medians(truth, 5e-6)[name], 2.0)
    assert medians(noisy)[name] > max(30.0 * medians(truth)[name], 5.0)


def test_noise_of_the_stated_sigma_counts_as_one() -> None:
    """Bright noise on a flat spectrum, where nothing else may be there."""
    random = np.random.default_rng(1)
    sigma = SIGMA * np.exp(0.5 * np.sin(np.arange(283) / 20.0)) * np.ones((400, 1))
    mu = 0.01 + sigma * random.standard_normal(sigma.shape)
    found = violations(mu, sigma)
    # Its own amplitude is allowed for too: 1 / (1 + 0.3^2 / 6), 1 / (1 + 0.05^2 / 0.3), ...
    expected = {"smoothness": 0.98, "fft": 0.99, "molecular": 0.96}
    for name, value in expected.items():
        assert found[name].total.mean() == pytest.approx(value, abs=0.03)


def test_depths_below_zero_are_named() -> None:
    mu = np.full((2, 283), 0.01)
    mu[1, [0, 7]] = -3e-5
    violation = violations(mu, np.full(mu.shape, 1e-5))["nonnegativity"]
    assert violation.per_bin[1, [0, 7]] == pytest.approx(9.0)
    assert violation.total == pytest.approx([0.0, 18.0 / 283.0])
    assert np.count_nonzero(violation.per_bin) == 2


def test_a_broken_channel_is_found_where_it_is(simulated: FloatArray) -> None:
    mu = simulated.copy()
    mu[:, 100] += 20.0 * SIGMA
    for name in SHAPES:
        per_bin = violations(mu, np.full(mu.shape, SIGMA))[name].per_bin
        assert (np.argmax(per_bin, axis=1) == 100).mean() > 0.9
        assert not per_bin[:, 0].any()


def test_operators_beside_plain_numpy() -> None:
    random = np.random.default_rng(2)
    spectrum = random.standard_normal(282)
    bend = np.diff(spectrum, 2)
    assert second_difference() @ spectrum == pytest.approx(
        np.concatenate([bend[:1], bend, bend[-1:]])
    )
    slow = np.cos(np.pi * 30 * (np.arange(282) + 0.5) / 282)  # 30 half waves: 0.053 cycle / channel
    fast = np.cos(np.pi * 250 * (np.arange(282) + 0.5) / 282)  # 0.44 cycle / channel
    assert above_resolution() @ (slow + fast) == pytest.approx(fast, abs=1e-12)


def test_torch_gives_the_same_with_gradients() -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(3)
    mu = 1e-2 + 1e-4 * random.standard_normal((3, 283))
    mu[0, 5] = -1e-4
    sigma = np.full(mu.shape, SIGMA) * np.exp(0.2 * random.standard_normal(mu.shape))
    expected = violations(mu, sigma)
    tensor = torch.tensor(mu, requires_grad=True)
    found = violations(tensor, torch.tensor(sigma))
    direction = 1e-4 * random.standard_normal(mu.shape)
    step = 1e-4
    for name in NAMES:
        assert found[name].total.detach().numpy() == pytest.approx(expected[name].total, rel=1e-9)
        assert found[name].per_bin.detach().numpy() == pytest.approx(
            expected[name].per_bin, rel=1e-9
        )
        (gradient,) = torch.autograd.grad(found[name].total.sum(), tensor)
        ahead = violations(mu + step * direction, sigma)[name].total.sum()
        behind = violations(mu - step * direction, sigma)[name].total.sum()
        slope = (ahead - behind) / (2.0 * step)
        assert float((gradient.numpy() * direction).sum()) == pytest.approx(slope, rel=1e-5)
