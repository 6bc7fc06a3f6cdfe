"""Training of a small network: exact continuation, memory, objective."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_lesson import NAIVE, NO_CONSTRAINT, journal, learner, lesson, planets
from torch.nn import Parameter

from spectramind.errors import DataError
from spectramind.models.network_input import RANK
from spectramind.models.v50 import Corrected
from spectramind.submission.score import official_score
from spectramind.training.accumulation import Accumulation
from spectramind.training.augmentation import (
    AugmentationStrength,
    moved,
    posterior_noise,
    reversed_in_time,
    without_a_visit,
)
from spectramind.training.distributed import Team
from spectramind.training.epochs import Lesson, train_epochs
from spectramind.training.score_loss import SymbolicWeights, score_loss, symbolic_loss


class KilledError(Exception):
    """Stands for a signal between two epochs."""


def test_interrupted_training_ends_with_the_same_bits(tmp_path: Path) -> None:
    through = learner()
    train_epochs(through, lesson(), journal(tmp_path / "through"))

    def kill(record: dict[str, Any]) -> None:
        if record["epoch"] == 2:
            raise KilledError

    with pytest.raises(KilledError):
        train_epochs(learner(), lesson(), journal(tmp_path / "halted", kill))
    resumed, epochs = learner(), []
    train_epochs(
        resumed, lesson(), journal(tmp_path / "halted", lambda r: epochs.append(r["epoch"]))
    )
    assert epochs == [3, 4]
    for name, value in through.best.items():
        assert torch.equal(value, resumed.best[name]), name
    assert through.counters == resumed.counters


def test_state_of_another_configuration_is_not_continued(tmp_path: Path) -> None:
    train_epochs(learner(1), lesson(), journal(tmp_path))
    other = learner(1)
    assert not other.resume(tmp_path / "state.safetensors", "another")
    (tmp_path / "state.safetensors").write_bytes(b"damaged")
    with pytest.raises(DataError, match="state of a training"):
        other.resume(tmp_path / "state.safetensors", "digest")


def test_training_removes_a_constant_error(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = []
    student = learner(8)
    train_epochs(student, lesson(), journal(tmp_path, records.append))
    assert student.counters.best is not None
    assert student.counters.best > records[0]["score"] - 1e-6
    last = records[-1]
    assert {"epoch", "loss", "score", "mean_z2", "seconds_left"} <= last.keys()
    assert last["loss"]["known score"] < records[0]["loss"]["known score"]


def test_pretraining_keeps_its_average(tmp_path: Path) -> None:
    whole = lesson()
    drawn = Lesson(whole.measured, whole.drawn, whole.rows, NAIVE, NO_CONSTRAINT)
    student = learner(1)
    train_epochs(student, drawn, journal(tmp_path))
    assert all(torch.equal(student.best[n], value) for n, value in student.average.items())


def test_patience_ends_a_training() -> None:
    student = learner()
    student.schedule = replace(student.schedule, patience=2)
    for score in (0.5, 0.4, 0.45):
        assert not student.finished
        student.judged(score)
    assert student.finished
    assert student.counters.best == 0.5


def test_out_of_memory_halves_the_part_and_keeps_the_gradient() -> None:
    weight = Parameter(torch.ones(3))
    rows = torch.arange(24.0).reshape(8, 3)

    def loss(part: slice) -> dict[str, torch.Tensor]:
        if part.stop - part.start > 2:
            raise torch.OutOfMemoryError("simulated")
        return {"square": (rows[part] @ weight).square().mean()}

    parts = Accumulation(8, Team())
    terms = parts.gradients(8, loss, [weight])
    found = weight.grad
    assert found is not None
    assert parts.rows == 2
    expected = torch.autograd.grad((rows @ weight).square().mean(), weight)[0]
    assert torch.allclose(found, expected)
    known = (rows @ weight).square().mean().detach()
    assert terms["square"] == pytest.approx(float(known))
    hopeless = Accumulation(1, Team())
    with pytest.raises(torch.OutOfMemoryError):
        hopeless.gradients(8, lambda _: loss(slice(0, 8)), [weight])


def test_loss_is_one_minus_the_official_score() -> None:
    rng = np.random.default_rng(1)
    truth = 0.014 + 1e-4 * rng.standard_normal((4, 283))
    sigma = np.full((4, 283), 1e-4)
    common = 6e-5
    own = np.sqrt(sigma**2 - common**2)
    own[:, 0] = sigma[:, 0]
    mu = truth + 0.5 * sigma * rng.standard_normal((4, 283))
    answer = Corrected(
        torch.from_numpy(1e6 * mu), torch.full((4,), 1e6 * common), torch.from_numpy(1e6 * own)
    )
    loss = score_loss(answer, torch.from_numpy(1e6 * truth), NAIVE)
    expected = official_score(truth, mu, sigma, NAIVE)
    assert np.allclose(1.0 - loss.numpy(), list(expected.planets.values()), atol=1e-9)


def test_wild_errors_cost_linearly() -> None:
    truth = torch.zeros(1, 283, dtype=torch.float64)
    own = torch.ones(1, 283, dtype=torch.float64)
    costs = [
        float(score_loss(Corrected(truth + far, 0.0 * own[:, 0], own), truth, NAIVE))
        for far in (100.0, 200.0, 300.0)
    ]
    assert costs[2] - costs[1] == pytest.approx(costs[1] - costs[0], rel=1e-9)


def test_constraints_enter_with_their_weight_only() -> None:
    batch, _ = planets(3)
    answer = Corrected(batch.depth, batch.sigma[:, 1], batch.sigma[:, 1:])
    assert symbolic_loss(answer, NO_CONSTRAINT) == {}
    once = symbolic_loss(answer, SymbolicWeights(1.0, 0.0, 0.5, 0.0))
    twice = symbolic_loss(answer, SymbolicWeights(2.0, 0.0, 0.5, 0.0))
    assert set(once) == {"smoothness", "fft"}
    assert float(twice["smoothness"]) == pytest.approx(2 * float(once["smoothness"]))
    assert torch.equal(once["fft"], twice["fft"])


def test_noise_has_the_covariance_of_the_posterior() -> None:
    batch, _ = planets(1)
    many = batch.take(torch.zeros(4000, dtype=torch.long))
    generator = torch.Generator().manual_seed(1)
    noise = posterior_noise(many, generator)
    covariance = torch.cov(noise[:, :2].T)
    assert float(covariance[0, 1]) == pytest.approx(RANK, rel=0.1)
    assert float(covariance[0, 0]) == pytest.approx(RANK + 4.0, rel=0.1)


def test_light_curves_are_turned_and_dropped_as_physics_allows() -> None:
    batch, truth = planets(2)
    sequence = torch.randn(2, 2, 64, 5)
    assert torch.equal(reversed_in_time(reversed_in_time(sequence)), sequence)
    assert torch.equal(reversed_in_time(sequence)[..., 2], -sequence.flip(2)[..., 2])
    both = batch.sequence.clone()
    both[0, 1, :, 4] = 1.0
    left = without_a_visit(both, torch.tensor([True, True]))
    assert float(left[0, 1].abs().sum()) == 0.0
    assert torch.equal(left[1], both[1])
    generator = torch.Generator().manual_seed(1)
    still = AugmentationStrength(noise=0.0, gain=0.1, flip=0.0)
    same, scaled = moved(batch, truth, still, generator)
    assert torch.allclose(same.depth / batch.depth, scaled / truth, rtol=1e-6)
