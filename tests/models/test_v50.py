from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch

from spectramind.errors import DataError
from spectramind.models.airs_encoder import GraphShape
from spectramind.models.checkpoint import read_checkpoint, write_checkpoint
from spectramind.models.ensemble import averaged, corrected
from spectramind.models.fgs1_encoder import Fgs1Encoder
from spectramind.models.network_input import OF_CHANNEL, OF_PLANET, RANK
from spectramind.models.physics import generic_model, read_physics_model
from spectramind.models.planet_batch import PlanetBatch, planet_batch
from spectramind.models.v50 import V50, Corrected, V50Shape
from spectramind.models.v50_checkpoint import V50Plan, build, read_v50, v50_checkpoint

WAVELENGTH = np.concatenate([[0.705], np.linspace(1.95, 3.9, 282)])
SMALL = V50Shape(GraphShape(width=8, rounds=1, readouts=2), width=8, patch=4, hidden=16)
PLAN = V50Plan(SMALL, ("neighbour", "photometer"), 64, 2, tuple(WAVELENGTH.tolist()))


def some_planets(count: int = 3, samples: int = 64) -> PlanetBatch:
    generator = torch.Generator().manual_seed(3)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(count, *shape, generator=generator)

    sequence = normal(2, samples, 5)
    sequence[..., 3] = torch.linspace(0, 1, samples)
    sequence[..., 4] = 1.0
    sequence[:, 1] = 0.0  # no second visit
    return PlanetBatch(
        depth=14_000 + 50 * normal(283),
        sigma=20 + normal(284).abs(),
        correlation=0.2 * torch.ones(count),
        channel=normal(283, len(OF_CHANNEL)),
        planet=normal(len(OF_PLANET)),
        sequence=sequence,
        diagonal=5 + normal(283).abs(),
        factors=normal(283, RANK),
        conduct=torch.zeros(count, 14),
    )


def trained(seed: int) -> V50:
    """A network whose heads say something."""
    torch.manual_seed(seed)
    network = build(PLAN)
    for head in (network.planet_head, network.node_head):
        torch.nn.init.normal_(head.weight, std=0.1)
    return network.eval()


def test_untrained_network_is_the_posterior() -> None:
    batch = some_planets()
    answer = build(PLAN).eval()(batch)
    assert torch.equal(answer.mu, batch.depth)
    assert torch.equal(answer.common, batch.sigma[:, 1])
    airs = torch.hypot(batch.sigma[:, 1:2], batch.sigma[:, 2:])
    expected = torch.cat([batch.sigma[:, :1], airs], 1)
    assert torch.allclose(answer.sigma, expected)


def test_correction_of_the_shape_leaves_the_mean_alone() -> None:
    batch, network = some_planets(), trained(1)
    torch.nn.init.zeros_(network.planet_head.weight)
    moved = corrected(network, batch).mu - batch.depth
    assert float(moved.abs().max()) > 0.01
    assert torch.equal(moved[:, 0], torch.zeros(3))
    in_sigma = (moved[:, 1:] / batch.sigma[:, 2:]).mean(1)
    assert float(in_sigma.abs().max()) < 1e-3  # depths near 14,000 ppm in single precision


def test_absent_visits_and_batch_mates_do_not_matter() -> None:
    batch, network = some_planets(), trained(2)
    alone = replace(batch, sequence=batch.sequence[:, :1])
    assert torch.allclose(network(batch).mu, network(alone).mu)
    assert torch.allclose(network(batch).mu[1:2], network(batch.take(slice(1, 2))).mu, atol=2e-3)
    nothing = replace(batch, sequence=torch.zeros_like(batch.sequence))
    assert torch.isfinite(network(nothing).mu).all()


def test_light_curve_reaches_the_answer_only_when_listened_to() -> None:
    batch, network = some_planets(), trained(3)
    other = replace(batch, sequence=batch.sequence + torch.tensor([1.0, 0, 0, 0, 0]))
    assert not torch.equal(network(batch).mu, network(other).mu)
    assert torch.equal(network(batch, False).mu, network(other, False).mu)


def test_without_edges_channels_do_not_hear_each_other() -> None:
    shape = replace(SMALL, mamba=False, graph=replace(SMALL.graph, learned=False))
    torch.manual_seed(0)
    encoder = build(replace(PLAN, shape=shape, edges=())).airs
    features = torch.randn(1, 283, 4 + len(OF_CHANNEL) + 1)
    changed = features.clone()
    changed[:, 7] += 1.0
    before, after = (encoder(f, torch.ones(1, 283))[0] for f in (features, changed))
    heard = (before - after).abs().amax(-1)[0] > 0
    assert heard.nonzero().flatten().tolist() == [7]


def test_every_pair_of_a_visit_can_be_read() -> None:
    encoder = Fgs1Encoder(width=8, blocks=1, patch=1)
    sequence = torch.zeros(1, 1, 67_500, 5)
    sequence[..., 4] = 1.0
    with torch.no_grad():
        assert encoder(sequence).shape == (1, 16)


def test_ensemble_averages_means_and_variances() -> None:
    batch = some_planets()
    first, second = (corrected(trained(seed), batch) for seed in (4, 5))
    both = averaged([first, second])
    assert np.allclose(both.mu, 0.5 * (first.mu + second.mu))
    assert np.allclose(both.own**2, 0.5 * (first.own**2 + second.own**2))


def test_checkpoint_brings_networks_and_physics_back(tmp_path: Path) -> None:
    from spectramind.conf.compose import compose

    physics = generic_model(WAVELENGTH, compose([]).transit)
    path, members = tmp_path / "model.ckpt", [trained(6), trained(7)]
    write_checkpoint(path, v50_checkpoint(PLAN, members, physics, {"run_hash": "x"}))
    plan, networks = read_v50(path)
    assert plan == PLAN
    batch = some_planets()
    for member, network in zip(members, networks, strict=True):
        assert torch.equal(member(batch).mu, network(batch).mu)
    assert read_physics_model(path, "v50").priors.learnt_from == physics.priors.learnt_from
    with pytest.raises(DataError, match="model=v50"):
        read_physics_model(path)


def test_checkpoints_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    from spectramind.conf.compose import compose

    physics = generic_model(WAVELENGTH, compose([]).transit)
    path = tmp_path / "model.ckpt"
    write_checkpoint(path, v50_checkpoint(PLAN, [trained(6)], physics, {}))
    whole = read_checkpoint(path, "v50")
    narrow = whole.texts["plan"].replace('"hidden":16', '"hidden":32')
    write_checkpoint(path, replace(whole, texts={**whole.texts, "plan": narrow}))
    with pytest.raises(DataError, match="weights of a V50 ensemble"):
        read_v50(path)
    short = replace(PLAN, wavelength=PLAN.wavelength[:-1])
    write_checkpoint(path, v50_checkpoint(short, [], physics, {}))
    with pytest.raises(DataError, match="283 channels, found 282"):
        read_v50(path)
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(DataError, match="safetensors"):
        read_v50(path)


def test_spectra_of_another_length_are_refused() -> None:
    batch = some_planets()
    from spectramind.models.network_input import NetworkInput

    arrays = {name: value.numpy() for name, value in vars(batch).items()}
    arrays["depth"] = arrays["depth"][:, :282]
    with pytest.raises(DataError, match="283"):
        planet_batch(NetworkInput(**arrays))


def test_parts_of_sigma_add_in_quadrature() -> None:
    own = torch.full((1, 283), 3.0)
    assert torch.allclose(
        Corrected(own, torch.tensor([4.0]), own).sigma,
        torch.cat([torch.full((1, 1), 3.0), torch.full((1, 282), 5.0)], 1),
    )


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16], ids=["fp16", "bf16"])
def test_half_precision_keeps_sigma_within_a_hundredth(half: torch.dtype) -> None:
    _, (network, *_) = read_v50(Path(str(resources.files("spectramind") / "weights" / "v50.ckpt")))
    batch = some_planets(8, 1350)
    usual = replace(
        batch,
        channel=network.channel.mean + network.channel.scatter * batch.channel,
        planet=network.planet.mean + network.planet.scatter * batch.planet,
    )
    with torch.no_grad():
        full = network(usual)
        with torch.autocast("cpu", dtype=half):
            found = network(usual)
    assert found.mu.dtype == found.sigma.dtype == torch.float32
    assert torch.allclose(found.sigma, full.sigma, rtol=0.01)
    assert ((found.mu - full.mu).abs() < 0.03 * full.sigma).all()
    assert ((full.mu - usual.depth).abs() > 0.1 * full.sigma).any()
