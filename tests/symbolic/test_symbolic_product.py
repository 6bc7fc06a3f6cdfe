"""The diagnostic table survives the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from spectramind.symbolic.constraints import NAMES, violations
from spectramind.symbolic.product import symbolic_table, write_symbolic


def test_round_trip(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    mu = 0.01 + 1e-4 * random.standard_normal((3, 283))
    sigma = np.full(mu.shape, 5e-5)
    common = np.array([0.0, 3e-5, 5e-5])
    table = symbolic_table((7, 5, 9), mu, sigma, common)
    write_symbolic(tmp_path / "symbolic.nc", table, {"estimator": "test"})
    with xr.open_dataset(tmp_path / "symbolic.nc", engine="h5netcdf") as again:
        assert tuple(again["planet"].to_numpy()) == (7, 5, 9)
        assert tuple(again["constraint"].to_numpy()) == NAMES
        assert again.attrs["estimator"] == "test"
        for name in ("total", "per_bin", "explained"):
            assert np.array_equal(again[name].to_numpy(), getattr(table, name))
    # 5e-5 in all, 3e-5 of it shared: 4e-5 is what may scatter.
    expected = violations(mu[1:2], np.full((1, 283), 4e-5))["fft"]
    assert table.per_bin[NAMES.index("fft"), 1] == pytest.approx(expected.per_bin[0])
    assert np.isfinite(table.total).all()
