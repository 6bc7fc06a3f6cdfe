"""A baseline from training to prediction, and what it cannot do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline_commands import json_of, spectramind
from spectramind.conf.compose import compose
from spectramind.models.predictions import read_predictions
from spectramind.pipeline.simulate import simulate
from spectramind.survey.tables import read_truth


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Light curves of eight training and two test planets."""
    out = tmp_path_factory.mktemp("simulated") / "curves"
    config = compose(
        [f"paths.out={out}", "sim.train=8", "sim.test=2", "sim.seed=6", "sim.level=light_curves",
         "runtime.executor=serial"]
    )  # fmt: skip
    simulate(config, lambda *_: None)
    return out


@pytest.mark.slow
def test_regressor_learns_and_predicts(survey: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    common = [f"paths.input={survey}", "paths.out=out", "model=spectrum_regressor",
              "runtime.executor=serial"]  # fmt: skip
    summary = json_of(spectramind("train", *common, "train.folds=2", "--json", cwd=tmp_path))
    assert summary["planets"] == 8
    known = read_predictions(tmp_path / "out" / "out_of_fold.nc")
    assert known.truth is not None
    assert (known.sigma_raw == known.sigma).all()
    done = spectramind("predict", *common, "model.ckpt=out/model.ckpt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    predictions = read_predictions(tmp_path / "out" / "predictions.nc")
    assert set(predictions.status) == {"ok"}
    truth = read_truth(survey / "truth" / "test.csv")
    rows = [truth.planet_ids.index(planet) for planet in predictions.planet_ids]
    error = predictions.mu[:, 1:].mean(axis=1) / truth.depth[rows][:, 1:].mean(axis=1) - 1.0
    assert np.abs(error).max() < 0.3
    untrained = spectramind("predict", *common, cwd=tmp_path)
    assert untrained.returncode == 3
    assert "+model.ckpt=FILE" in untrained.stderr


def test_no_transit_is_fitted(survey: Path, tmp_path: Path) -> None:
    done = spectramind(
        "fit", f"paths.input={survey}", "paths.out=out", "model=residual_mlp", cwd=tmp_path
    )
    assert done.returncode == 3
    assert done.stderr.strip() == "error: model=residual_mlp fits no transit; use model=physics"
