"""Spectra measured by the light curves of other planets, as network inputs."""

from __future__ import annotations

from dataclasses import replace

import torch
from small_lesson import drawn, planets

from spectramind.models.network_input import OF_CHANNEL, OF_PLANET
from spectramind.training.drawn_planets import DRAWN


def test_errors_follow_from_the_spectrum_and_the_rest_is_the_lenders() -> None:
    batch, truth = planets(3)
    batch = replace(batch, channel=torch.randn(batch.channel.shape))
    pool = replace(drawn(truth), factors=torch.tensor([[1.0, 2.0, 0.5]]))
    found, known = pool.take(torch.tensor([2, 0]), batch)
    assert torch.equal(known, truth[[2, 0]])
    assert torch.equal(found.depth, known)
    assert torch.allclose(found.sigma[:, :3], torch.tensor([30.0, 60.0, 15.0]), rtol=2e-3)
    for name, value in (("ln sigma", 40e-6), ("ln shape sigma", 30e-6)):
        column = found.channel[..., OF_CHANNEL.index(name)]
        assert torch.allclose(column, torch.tensor(value).log(), atol=2e-3)
    for name in ("ln FGS1 sigma", "ln AIRS mean sigma"):
        column = found.planet[:, OF_PLANET.index(name)]
        assert torch.allclose(column, torch.tensor(30e-6).log(), atol=2e-3)
    noise = OF_CHANNEL.index("ln noise")
    assert torch.equal(found.channel[..., noise], batch.channel[:1, :, noise].expand(2, -1))


def test_known_spectra_of_other_folds_are_left_out() -> None:
    _, truth = planets(4)
    pool = replace(
        drawn(truth), origin=torch.tensor([0, 1, 2, DRAWN]), spectrum=torch.tensor([3, 0, 1, 2])
    )
    assert pool.allowed().tolist() == [0]
    assert pool.allowed(torch.tensor([0, 2])).tolist() == [0, 1, 3]
