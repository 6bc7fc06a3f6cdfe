"""The diagnostics against planets whose errors are known, and the products of the stage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic_errors import STATED, planets, predictions_of

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, write_predictions
from spectramind.pipeline.coverage import coverage, coverage_of
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.diagnostics import channel_spread, expected_normalised_error
from spectramind.uncertainty.half_widths import GAUSSIAN


def gaussian(count: int) -> Predictions:
    """Calibrated predictions whose sigma is true."""
    sample = planets(count)
    half = sample.sigma[..., None] * GAUSSIAN
    return replace(
        predictions_of(sample),
        lower=sample.mu[..., None] - half,
        upper=sample.mu[..., None] + half,
        band=3.0 * sample.sigma,
        level=np.array(LEVELS),
    )


def test_true_sigma_is_found_true() -> None:
    found = coverage_of(gaussian(1500), Path("nowhere"))
    for row in found.rows[:-1]:
        np.testing.assert_allclose(row.coverage, LEVELS, atol=0.03)
        assert row.mean_z2 == pytest.approx(1.0, abs=0.1)
    assert found.rows[-1].planets == 0  # no doubtful fit
    assert [part.name for part in found.parts] == ["FGS1", "AIRS mean", "AIRS shape"]
    for part in found.parts:
        assert abs(part.mean - 1.0) < max(4.0 * part.error, 0.05)
    # Gneiting & Raftery 2007: sigma / sqrt(pi) where sigma is true.
    assert found.crps == pytest.approx(STATED / np.sqrt(np.pi), rel=0.03)
    assert found.ence < 0.06


def test_wrong_sigma_is_found_wrong() -> None:
    error = np.random.default_rng(0).normal(0.0, 2.0, (500, 20))
    assert expected_normalised_error(error, np.ones_like(error)) == pytest.approx(1.0, abs=0.05)
    half = np.ones((500, 20, 1)) * GAUSSIAN * 2.0
    spread, sampling = channel_spread(error, half, 0.90)
    assert spread == pytest.approx(sampling, rel=0.5)


def test_stage_writes_table_and_figures(tmp_path: Path) -> None:
    write_predictions(tmp_path / "out_of_fold.nc", gaussian(40))
    summary = coverage(compose([f"paths.out={tmp_path}"]))
    table = json.loads((tmp_path / "coverage" / "coverage.json").read_text())
    assert table["planets"] == summary.planets == 40
    figures = {path.stem for path in (tmp_path / "coverage").glob("*.png")}
    assert {"reliability", "pit", "crps", "sharpness", "coverage_channels"} <= figures


def test_predictions_without_intervals_are_refused() -> None:
    with pytest.raises(DataError, match="calibrate-temp"):
        coverage_of(replace(gaussian(3), upper=None), Path("nowhere"))
