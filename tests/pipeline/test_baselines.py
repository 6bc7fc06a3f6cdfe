"""A baseline from training to prediction, and what it cannot do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline_commands import json_of, spectramind_process
from spectramind.models.predictions import read_predictions
from spectramind.survey.tables import read_truth


@pytest.mark.slow
def test_regressor_learns_and_predicts(light_curve_survey: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    common = [f"paths.input={light_curve_survey}", "paths.out=out", "model=spectrum_regressor",
              "runtime.executor=serial"]  # fmt: skip
    summary = json_of(
        spectramind_process("train", *common, "train.folds=2", "--json", cwd=tmp_path)
    )
    assert summary["planets"] == 4
    known = read_predictions(tmp_path / "out" / "out_of_fold.nc")
    assert known.truth is not None
    assert known.attributes["calibration"].startswith("by the other folds; temperature")
    done = spectramind_process("predict", *common, "model.ckpt=out/model.ckpt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    predictions = read_predictions(tmp_path / "out" / "predictions.nc")
    assert set(predictions.status) == {"ok"}
    truth = read_truth(light_curve_survey / "truth" / "test.csv")
    rows = [truth.planet_ids.index(planet) for planet in predictions.planet_ids]
    error = predictions.mu[:, 1:].mean(axis=1) / truth.depth[rows][:, 1:].mean(axis=1) - 1.0
    assert np.abs(error).max() < 0.3
    untrained = spectramind_process("predict", *common, cwd=tmp_path)
    assert untrained.returncode == 3
    assert "+model.ckpt=FILE" in untrained.stderr


def test_no_transit_is_fitted(light_curve_survey: Path, tmp_path: Path) -> None:
    done = spectramind_process(
        "fit",
        f"paths.input={light_curve_survey}",
        "paths.out=out",
        "model=residual_mlp",
        cwd=tmp_path,
    )
    assert done.returncode == 3
    assert done.stderr.strip() == "error: model=residual_mlp fits no transit; use model=physics"
