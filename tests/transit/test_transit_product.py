"""The netCDF file of a transit fit: lossless, deterministic, refused when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from spectramind.errors import DataError
from spectramind.transit.posterior import DepthPosterior, WhiteLightCurve
from spectramind.transit.product import read_posterior, write_posterior


def example(rank: int, channels: int = 283) -> DepthPosterior:
    rng = np.random.default_rng(rank)
    time = np.linspace(0.0, 7.5, 20)
    flux = 1.0 - 0.01 * rng.random(20)
    flux[3] = np.nan
    sigma = np.where(np.isnan(flux), np.inf, 1e-4)
    return DepthPosterior(
        planet_id=1103775,
        estimator="polynomial",
        depth=rng.uniform(0.01, 0.02, channels),
        variance_diagonal=rng.uniform(1e-10, 1e-8, channels),
        factors=rng.normal(0.0, 1e-5, (channels, rank)),
        flags=("partial_transit", "grazing") if rank else (),
        geometry={"t0_0": 3.75, "duration": 2.5},
        white=(
            WhiteLightCurve("FGS1", 0, time, flux, flux**2, sigma),
            WhiteLightCurve("AIRS-CH0", 0, time + 1.0, flux, flux, sigma),
        ),
    )


@pytest.mark.parametrize("rank", [0, 2])
def test_what_is_written_is_read(tmp_path: Path, rank: int) -> None:
    posterior = example(rank)
    write_posterior(tmp_path / "1103775.nc", posterior, {"config_hash": "abc", "seed": 7})
    back = read_posterior(tmp_path / "1103775.nc")
    assert (back.planet_id, back.estimator) == (1103775, "polynomial")
    assert (back.flags, back.geometry) == (posterior.flags, posterior.geometry)
    for name in ("depth", "variance_diagonal", "factors", "sigma"):
        assert np.array_equal(getattr(back, name), getattr(posterior, name))
    for ours, theirs in zip(back.white, posterior.white, strict=True):
        assert (ours.instrument, ours.visit) == (theirs.instrument, theirs.visit)
        for name in ("time", "flux", "model", "sigma"):
            assert np.array_equal(getattr(ours, name), getattr(theirs, name), equal_nan=True)


def test_sigma_is_the_diagonal_of_the_covariance() -> None:
    posterior = example(2)
    covariance = np.diag(posterior.variance_diagonal) + posterior.factors @ posterior.factors.T
    np.testing.assert_allclose(posterior.sigma, np.sqrt(np.diag(covariance)), rtol=1e-12)


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        write_posterior(tmp_path / name, example(2), {"input_digest": "0123"})
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_any_astronomer_opens_it(tmp_path: Path) -> None:
    write_posterior(tmp_path / "p.nc", example(1), {"config_hash": "abc"})
    with xr.open_dataset(tmp_path / "p.nc") as dataset:
        assert dataset["depth"].dims == ("channel",)
        assert dataset["white_airs_0_flux"].attrs["units"] == "1"
        assert dataset.attrs["config_hash"] == "abc"


def test_missing_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.nc"
    with pytest.raises(DataError, match="no such file"):
        read_posterior(path)
    write_posterior(path, example(1), {})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match="readable"):
        read_posterior(path)
    xr.Dataset({"x": ("x", np.zeros(3))}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(DataError, match="another file"):
        read_posterior(path)
    write_posterior(path, example(1, channels=10), {})
    with pytest.raises(DataError, match="10 channels"):
        read_posterior(path)
