"""Every baseline learns a linear world, says the same twice, and survives its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.baseline import (
    BaselineModel,
    baseline_checkpoint,
    earned_sigma,
    member_mean,
    read_baseline,
)
from spectramind.models.checkpoint import write_checkpoint
from spectramind.models.light_features import N_FEATURES
from spectramind.models.ridge_regression import RidgeRegression
from spectramind.models.spectrum_regression import (
    SpectrumRegression,
    apply_spectra,
    learn_spectra,
)

FloatArray = NDArray[np.float64]
World = tuple[FloatArray, FloatArray, FloatArray]


def planets(count: int, seed: int) -> World:
    """Features, white depths and depths of planets: all features follow three hidden numbers."""
    random = np.random.default_rng(seed)
    loading = np.random.default_rng(0).standard_normal((3, N_FEATURES))
    hidden = random.standard_normal((count, 3))
    features = hidden @ loading + random.standard_normal((count, N_FEATURES))
    wave = np.sin(np.outer([1.0, 2.0, 3.0], np.linspace(0.5, 3.0, 283)))
    white = np.exp(random.normal(-4.4, 0.5, count))
    return features, white, white[:, None] * (1.1 + 0.05 * hidden @ wave)


def regression(name: str) -> SpectrumRegression:
    if name == "ridge":
        pytest.importorskip("sklearn")
        return RidgeRegression()
    pytest.importorskip("torch")
    from spectramind.models.residual_mlp import MlpSettings, ResidualMlp

    blocks = 2 if name == "shallow" else 80
    return ResidualMlp(MlpSettings(blocks=blocks, width=128, dropout=0.1, epochs=12))


@pytest.mark.parametrize("name", ["ridge", "shallow", "deep"])
def test_learns_and_repeats(name: str) -> None:
    learner = regression(name)
    features, white, depth = planets(400, 1)
    arrays = learn_spectra(learner, features[:300], white[:300], depth[:300])
    mu = apply_spectra(learner, arrays, features[300:], white[300:])
    relative = (depth / white[:, None])[300:]
    error = mu / white[300:, None] - relative
    assert error.std() < 0.5 * (relative - relative.mean(axis=0)).std()
    if name != "deep":
        again = learn_spectra(learner, features[:300], white[:300], depth[:300])
        assert all(np.array_equal(arrays[key], again[key]) for key in arrays)


def test_ridge_beside_the_normal_equations() -> None:
    features, _, depth = planets(500, 2)
    targets = depth - depth.mean(axis=0)
    centred = features - features.mean(axis=0)
    learnt = regression("ridge").learn(features, targets)
    penalty = learnt["penalty"][0] * np.eye(N_FEATURES)
    expected = np.linalg.solve(centred.T @ centred + penalty, centred.T @ targets).T
    assert learnt["matrix"] == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_wild_ratios_do_not_set_the_scale() -> None:
    """A box in the wrong place gives ratios of any size."""
    learner = regression("ridge")
    features, white, depth = planets(300, 3)
    clean = apply_spectra(learner, learn_spectra(learner, features, white, depth), features, white)
    depth[:6] *= 50.0
    wild = apply_spectra(learner, learn_spectra(learner, features, white, depth), features, white)
    assert np.abs(wild[6:] / clean[6:] - 1.0).mean() < 0.03


def test_round_trip_and_wrong_files(tmp_path: Path) -> None:
    learner = regression("ridge")
    features, white, depth = planets(60, 4)
    members = [
        learn_spectra(learner, features[part], white[part], depth[part])
        for part in (slice(0, 40), slice(20, 60))
    ]
    sigma, common = earned_sigma(depth - depth.mean(axis=0))
    assert common < sigma[1:].max()
    model = BaselineModel(members, sigma, common)
    path = tmp_path / "model.ckpt"
    write_checkpoint(path, baseline_checkpoint("spectrum_regressor", model, {}))
    again = read_baseline(path, "spectrum_regressor")
    assert np.array_equal(
        member_mean(learner, again, features, white), member_mean(learner, model, features, white)
    )
    assert again.sigma_common == common
    with pytest.raises(DataError, match="model=spectrum_regressor"):
        read_baseline(path, "residual_mlp")
    short = {**members[0], "feature_mean": np.zeros(7)}
    write_checkpoint(
        path, baseline_checkpoint("spectrum_regressor", BaselineModel([short], sigma, common), {})
    )
    with pytest.raises(DataError, match="features, found 7"):
        read_baseline(path, "spectrum_regressor")


def test_network_survives_its_file(tmp_path: Path) -> None:
    learner = regression("shallow")
    features, white, depth = planets(80, 5)
    model = BaselineModel(
        [learn_spectra(learner, features, white, depth)], *earned_sigma(depth - depth.mean(axis=0))
    )
    path = tmp_path / "model.ckpt"
    write_checkpoint(path, baseline_checkpoint("residual_mlp", model, {}))
    again = member_mean(learner, read_baseline(path, "residual_mlp"), features, white)
    assert np.array_equal(again, member_mean(learner, model, features, white))
