"""How much of a correction is applied, and how it fades for fits that behave badly."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from spectramind.models.conduct import conduct_features, usual_range  # noqa: E402
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES  # noqa: E402
from spectramind.models.planet_batch import PlanetBatch  # noqa: E402
from spectramind.models.trust import Trust, familiarity, trusted  # noqa: E402
from spectramind.models.v50 import Corrected  # noqa: E402
from spectramind.submission.score import NaiveModel  # noqa: E402
from spectramind.training.share_choice import HeldOut, choose_trust  # noqa: E402

PLANETS = 60
NAIVE = NaiveModel(mean=0.014, sigma=0.01)


def measured() -> tuple[PlanetBatch, torch.Tensor]:
    """Planets with errors of 30 ppm in each of three parts, and their true depths."""
    generator = torch.Generator().manual_seed(5)
    truth = 14_000 + 300 * torch.randn(PLANETS, 283, generator=generator)
    error = 30.0 * torch.randn(PLANETS, 283, generator=generator)
    error[:, 1:] += 30.0 * torch.randn(PLANETS, 1, generator=generator)
    batch = PlanetBatch(
        depth=truth - error,
        sigma=torch.full((PLANETS, 284), 30.0),
        correlation=torch.zeros(PLANETS),
        channel=torch.zeros(PLANETS, 283, 1),
        planet=torch.zeros(PLANETS, 1),
        sequence=torch.zeros(PLANETS, 1, 1, 5),
        diagonal=torch.full((PLANETS, 283), 30.0),
        factors=torch.zeros(PLANETS, 283, 1),
        conduct=torch.randn(PLANETS, 14, generator=generator),
    )
    return batch, truth


def answer(batch: PlanetBatch, mu: torch.Tensor, factor: float) -> Corrected:
    own = torch.cat([batch.sigma[:, :1], batch.sigma[:, 2:]], dim=1)
    return Corrected(mu, factor * batch.sigma[:, 1], factor * own)


def test_shares_lead_from_physics_to_the_networks_part_by_part() -> None:
    batch, truth = measured()
    truth = batch.depth + 0.02 * (truth - batch.depth)  # far below what a share is bounded by
    said = answer(batch, truth, 0.25)
    physics = trusted(said, batch, Trust((0.0, 0.0, 0.0)))
    assert torch.equal(physics.mu, batch.depth)
    assert torch.equal(physics.common, batch.sigma[:, 1])
    whole = trusted(said, batch, Trust())
    assert torch.allclose(whole.mu, said.mu, atol=0.01)
    assert torch.allclose(whole.own, said.own, rtol=1e-3)
    half = trusted(said, batch, Trust((0.5, 0.0, 0.0)))
    assert torch.allclose(half.mu[:, 0], 0.5 * (batch.depth + truth)[:, 0], atol=0.01)
    assert torch.allclose(half.own[:, 0], torch.full((PLANETS,), 15.0), rtol=1e-3)
    assert torch.equal(half.mu[:, 1:], batch.depth[:, 1:])
    mean = trusted(said, batch, Trust((0.0, 1.0, 0.0)))
    assert torch.allclose(mean.mu[:, 1:].mean(1), truth[:, 1:].mean(1), atol=0.01)
    assert torch.allclose((mean.mu - batch.depth)[:, 1:].std(1), torch.zeros(PLANETS), atol=0.01)
    assert torch.allclose(mean.common, said.common, rtol=1e-3)
    assert torch.equal(mean.own, physics.own)
    shape = trusted(said, batch, Trust((0.0, 0.0, 1.0)))
    assert torch.allclose(shape.mu[:, 1:].mean(1), batch.depth[:, 1:].mean(1), atol=0.01)
    assert torch.equal(shape.common, physics.common)


def test_a_level_is_not_moved_against_its_own_measurement() -> None:
    batch, _ = measured()
    for shift, most in ((30.0, 0.55), (60.0, 0.1), (150.0, 0.01)):
        moved = batch.depth.clone()
        moved[:, 0] += shift
        said = trusted(answer(batch, moved, 0.5), batch, Trust())
        assert (said.mu - batch.depth)[:, 0].max() < most * shift
        assert (said.own[:, 0] / batch.sigma[:, 0]).min() > 0.5**most - 0.01
        everywhere = trusted(answer(batch, batch.depth + shift, 0.5), batch, Trust())
        assert (everywhere.mu - batch.depth)[:, 1:].max() < most * shift


def test_correction_fades_only_where_conduct_is_worse_than_in_training() -> None:
    trust = Trust(high=(1.0,) * 14, scale=(0.5,) * 14)
    conduct = torch.zeros(4, 14)
    conduct[0, 3] = -50.0  # better than any: nothing to fear
    conduct[1, 3] = 1.0
    conduct[2, 3] = 2.0
    conduct[3, 3] = 6.0
    found = familiarity(trust, conduct)
    assert found.tolist() == pytest.approx([1.0, 1.0, 0.5, 1.0 / (1.0 + 5.0**4)])


def test_perfect_corrections_are_applied_and_wrong_ones_are_not() -> None:
    batch, truth = measured()
    every = torch.arange(PLANETS)
    right = HeldOut(answer(batch, truth, 0.05), batch, truth)
    assert choose_trust(right, NAIVE, every).shares == (1.0, 1.0, 1.0)
    wrong = HeldOut(answer(batch, 2.0 * batch.depth - truth, 0.5), batch, truth)
    assert choose_trust(wrong, NAIVE, every).shares == (0.0, 0.0, 0.0)
    mixed = batch.depth.clone()
    mixed[:, 0] = truth[:, 0]
    only_fgs1 = HeldOut(answer(batch, mixed, 0.3), batch, truth)
    assert choose_trust(only_fgs1, NAIVE, every).shares == (1.0, 0.0, 0.0)


def test_other_planets_do_not_choose() -> None:
    batch, truth = measured()
    mu = torch.cat([truth[:30], 2.0 * batch.depth[30:] - truth[30:]])
    held_out = HeldOut(answer(batch, mu, 0.1), batch, truth)
    assert choose_trust(held_out, NAIVE, torch.arange(30)).shares == (1.0, 1.0, 1.0)
    assert choose_trust(held_out, NAIVE, torch.arange(30, 60)).shares == (0.0, 0.0, 0.0)


def test_conduct_reads_what_the_fit_left_and_nothing_of_the_planet() -> None:
    generator = np.random.default_rng(2)
    planet = generator.normal(size=(5, len(PLANET_FEATURES)))
    channel = generator.normal(size=(5, 283, len(CHANNEL_FEATURES)))
    conduct = conduct_features(planet, channel)
    assert conduct.shape == (5, 14)
    assert np.array_equal(conduct[3], conduct_features(planet[3], channel[3]))
    assert np.array_equal(conduct[:, 1], planet[:, PLANET_FEATURES.index("drift")])
    column = CHANNEL_FEATURES.index("ln rms in")
    assert np.allclose(conduct[:, 7], np.median(channel[:, 1:, column], axis=1))
    other = planet.copy()
    other[:, PLANET_FEATURES.index("temperature")] += 9.0
    assert np.array_equal(conduct_features(other, channel), conduct)
    low, high, scale = usual_range(conduct)
    assert (low <= high).all()
    assert np.allclose(scale, conduct.std(axis=0))
