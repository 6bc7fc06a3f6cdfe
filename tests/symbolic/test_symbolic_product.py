"""The diagnostic table survives the file, and a file that is none is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spectramind.errors import DataError
from spectramind.symbolic.constraints import NAMES, violations
from spectramind.symbolic.product import read_symbolic, symbolic_table, write_symbolic


def test_round_trip(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    mu = 0.01 + 1e-4 * random.standard_normal((3, 283))
    sigma = np.full(mu.shape, 5e-5)
    common = np.array([0.0, 3e-5, 5e-5])
    table = symbolic_table((7, 5, 9), mu, sigma, common)
    write_symbolic(tmp_path / "symbolic.nc", table, {"estimator": "test"})
    again = read_symbolic(tmp_path / "symbolic.nc")
    assert again.planet_ids == (7, 5, 9)
    assert again.constraints == NAMES
    for name in ("total", "per_bin", "explained"):
        assert np.array_equal(getattr(again, name), getattr(table, name))
    # 5e-5 in all, 3e-5 of it shared: 4e-5 is what may scatter.
    expected = violations(mu[1:2], np.full((1, 283), 4e-5))["fft"]
    assert table.per_bin[NAMES.index("fft"), 1] == pytest.approx(expected.per_bin[0])
    assert np.isfinite(table.total).all()


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_symbolic(tmp_path / "symbolic.nc")
    (tmp_path / "symbolic.nc").write_bytes(b"something else")
    with pytest.raises(DataError, match="symbolic diagnostics"):
        read_symbolic(tmp_path / "symbolic.nc")
