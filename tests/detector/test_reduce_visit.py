"""The whole stage: frames of a visit to light curves, each choice of configuration, product."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xarray

from spectramind.detector import reduce_visit
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.product import read_light_curves, write_light_curves
from spectramind.errors import DataError
from spectramind.survey.discovery import open_survey
from spectramind.survey.instruments import AIRS


def test_flux_follows_the_star(make_visit, detector_config) -> None:
    light = np.where(np.arange(200) < 100, 1.0, 0.97)
    curves = reduce_visit(*make_visit(200, light), detector_config(skip_last_pairs=0))
    for curve, per_bin in ((curves.airs, 5), (curves.fgs1, 50)):
        assert curve.pairs == per_bin
        assert curve.flux.shape == (200 // per_bin, curve.wavelength.size)
        white = curve.flux.sum(axis=1)
        error = np.sqrt(curve.variance.sum(axis=1).mean()) / white[0]
        half = white.size // 2
        dip = white[half:].mean() / white[:half].mean()
        assert dip == pytest.approx(0.97, abs=4 * error / np.sqrt(half / 2))
        assert not curve.mask.any()
        assert np.all(np.diff(curve.time) > 0)
    assert np.all(np.diff(curves.airs.wavelength) > 0)
    # The blue end is bright, and blue comes first although it is the last column.
    assert curves.airs.flux[0, 0] > curves.airs.flux[0, -1]


def test_stated_variance_is_the_scatter(make_visit, detector_config) -> None:
    curves = reduce_visit(*make_visit(400), detector_config(foreground="constant"))
    airs = curves.airs
    ratio = airs.flux[:-1].var(axis=0, ddof=1) / airs.variance[:-1].mean(axis=0)
    assert ratio.mean() == pytest.approx(1.0, abs=0.05)


def test_the_last_pair_is_left_out(make_visit, detector_config) -> None:
    light = np.where(np.arange(41) == 40, 50.0, 1.0)
    kept = reduce_visit(*make_visit(41, light), detector_config())
    assert kept.airs.time.size == 8
    assert kept.airs.flux[-1].sum() == pytest.approx(kept.airs.flux[0].sum(), rel=0.01)


CHANGES = {
    "linearity": False,
    "linearity_range": [-0.05, 0.095],
    "dark": False,
    "flat": False,
    "flat_range": [0.97, 1.03],
    "hot_sigma": 4.0,
    "cosmic_ray_sigma": 3.0,
    "cosmic_ray_seconds": 2000.0,
    "foreground": "none",
    "extraction": "sum",
    "airs_rows": [10, 21],
    "airs_background_rows": [[0, 3]],
    "fgs1_rows": [9, 22],
    "fgs1_columns": [9, 22],
    "fgs1_background_rows": [[0, 1]],
    "airs_bin_seconds": 200.0,
    "fgs1_bin_seconds": 40.0,
    "skip_last_pairs": 3,
}
WITHOUT_EFFECT = {"batch_mib": 1}


@pytest.fixture(scope="module")
def sample_visit(sample_survey: Path):
    survey = open_survey(sample_survey, "train")
    return survey.planet(survey.planet_ids[0]).visits[0], survey


@pytest.fixture(scope="module")
def reduced(sample_visit, detector_config) -> VisitLightCurves:
    return reduce_visit(*sample_visit, detector_config(cosmic_ray_sigma=3.5))


def same(first: VisitLightCurves, second: VisitLightCurves) -> bool:
    return all(
        np.array_equal(a.flux, b.flux) and np.array_equal(a.variance, b.variance)
        for a, b in ((first.airs, second.airs), (first.fgs1, second.fgs1))
    )


@pytest.mark.parametrize("key", [*CHANGES, *WITHOUT_EFFECT])
def test_every_key_is_read(key: str, sample_visit, detector_config, reduced) -> None:
    changes = {"cosmic_ray_sigma": 3.5, key: {**CHANGES, **WITHOUT_EFFECT}[key]}
    changed = reduce_visit(*sample_visit, detector_config(**changes))
    assert same(changed, reduced) == (key in WITHOUT_EFFECT)


def test_every_key_is_tested(detector_config) -> None:
    assert set(CHANGES) | set(WITHOUT_EFFECT) == set(type(detector_config()).model_fields)


def test_limits_of_the_public_function_are_those_of_the_configuration(detector_config) -> None:
    config, limits = detector_config(), PixelLimits()
    assert config.linearity_range == limits.linearity_range
    assert config.flat_range == limits.flat_range


def test_configuration_refuses_impossible_spans(detector_config) -> None:
    with pytest.raises(ValueError, match="not a span"):
        detector_config(airs_rows=[20, 10])
    with pytest.raises(ValueError, match="ascending"):
        detector_config(flat_range=[1.2, 0.8])


def test_sample_survey_noise_is_near_the_photon_limit(reduced) -> None:
    airs = reduced.airs
    step = np.diff(airs.flux, n=2, axis=0) / np.sqrt(6.0)
    robust = 1.4826 * np.median(np.abs(step), axis=0)
    assert np.median(robust / np.sqrt(np.median(airs.variance, axis=0))) < 1.08
    assert airs.mask.sum() == 0


def test_skipped_steps_are_said(sample_visit, detector_config) -> None:
    config = detector_config(flat=False, foreground="none", cosmic_ray_sigma=None)
    attributes = reduce_visit(*sample_visit, config).attributes
    assert attributes["SKIPPED"] == "flat, hot pixels, cosmic rays, foreground"


def test_product_round_trip_and_equal_bytes(reduced, tmp_path: Path) -> None:
    named = replace(reduced, attributes={**reduced.attributes, "config_hash": "abc", "count": 3})
    first, second = tmp_path / "a.nc", tmp_path / "b.nc"
    write_light_curves(first, named)
    write_light_curves(second, named)
    assert first.read_bytes() == second.read_bytes()
    back = read_light_curves(first)
    assert back.attributes == named.attributes
    assert (back.planet_id, back.visit) == (named.planet_id, named.visit)
    assert same(back, named)
    for old, new in ((named.airs, back.airs), (named.fgs1, back.fgs1)):
        assert np.array_equal(old.time, new.time)
        assert np.array_equal(old.wavelength, new.wavelength)
        assert np.array_equal(old.mask, new.mask)
        assert (old.pairs, old.instrument) == (new.pairs, new.instrument)
        assert old.health is not None
        assert new.health is not None
        assert np.array_equal(old.health.centroid, new.health.centroid)
        assert old.health.cosmic_rays == new.health.cosmic_rays


def test_product_opens_in_xarray(reduced, tmp_path: Path) -> None:
    path = tmp_path / "visit.nc"
    write_light_curves(path, reduced)
    with xarray.open_dataset(path) as dataset:
        assert dataset["airs_flux"].dims == ("airs_time", "wavelength")
        for prefix in ("airs", "fgs1"):
            assert dataset[f"{prefix}_flux"].attrs["units"] == "electron"
            assert dataset[f"{prefix}_variance"].attrs["units"] == "electron^2"
            assert f"{prefix}_mask" in dataset
            assert dataset[f"{prefix}_time"].attrs["units"] == "hour"
        assert dataset["wavelength"].attrs["units"] == "micrometer"
        assert dataset.attrs["planet_id"] == reduced.planet_id


def test_masked_values_survive_the_file(reduced, tmp_path: Path) -> None:
    flux, variance, mask = (
        array.copy() for array in (reduced.airs.flux, reduced.airs.variance, reduced.airs.mask)
    )
    flux[3, 4], variance[3, 4], mask[3, 4] = np.nan, np.inf, True
    airs = replace(reduced.airs, flux=flux, variance=variance, mask=mask, health=None)
    write_light_curves(tmp_path / "v.nc", replace(reduced, airs=airs))
    back = read_light_curves(tmp_path / "v.nc").airs
    assert np.isnan(back.flux[3, 4])
    assert np.isinf(back.variance[3, 4])
    assert back.mask[3, 4]
    assert back.health is None


def test_reading_something_else_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_light_curves(tmp_path / "missing.nc")
    (tmp_path / "text.nc").write_text("no netCDF")
    with pytest.raises(DataError, match=r"text\.nc: expected a netCDF file"):
        read_light_curves(tmp_path / "text.nc")
    xarray.Dataset({"x": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="planet_id"):
        read_light_curves(tmp_path / "other.nc")


def rewrite(path: Path, change) -> None:
    change(pl.read_parquet(path)).write_parquet(path)


FAULTS = {
    "odd": (lambda table: table[:-1], "even number"),
    "fewer frames": (lambda table: table[:-2], "80 frames"),
    "empty": (lambda table: table[:0], "80 frames"),
    "missing columns": (lambda table: table[:, :1024], "readable signal file"),
    "wrong type": (lambda table: table.cast(pl.Int32), "type Int32"),
    "nulls": (
        lambda table: table.with_columns(pl.lit(None, pl.UInt16).alias("column_3000")),
        "nulls in column_3000",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_signal_is_one_line(fault: str, make_visit, detector_config) -> None:
    visit, survey = make_visit()
    change, message = FAULTS[fault]
    path = visit.signal("AIRS-CH0")
    rewrite(path, change)
    with pytest.raises(DataError, match=message) as caught:
        reduce_visit(visit, survey, detector_config())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [0, 3, 5000])
def test_truncated_signal_is_one_line(size: int, make_visit, detector_config) -> None:
    visit, survey = make_visit()
    path = visit.signal("FGS1")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match="readable signal file") as caught:
        reduce_visit(visit, survey, detector_config())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_signal_is_one_line(make_visit, detector_config) -> None:
    visit, survey = make_visit()
    visit.signal("FGS1").unlink()
    with pytest.raises(DataError, match="readable signal file"):
        reduce_visit(visit, survey, detector_config())


def kill_columns(visit, columns: range) -> None:
    dead = [pl.lit(True).alias(f"column_{column}") for column in columns]
    rewrite(visit.calibration(AIRS.name) / "dead.parquet", lambda table: table.with_columns(dead))


def test_a_dead_column_is_a_masked_channel(make_visit, detector_config) -> None:
    visit, survey = make_visit()
    kill_columns(visit, range(100, 101))
    airs = reduce_visit(visit, survey, detector_config()).airs
    assert np.flatnonzero(airs.mask.all(axis=0)).tolist() == [320 - 100]
    assert airs.mask.sum() == airs.time.size
    assert airs.health is not None
    assert airs.health.reasons["dead"] == 16


def test_a_dead_detector_is_refused(make_visit, detector_config) -> None:
    visit, survey = make_visit()
    kill_columns(visit, range(100, 300))
    with pytest.raises(DataError, match=r"200 channel.*column 299") as caught:
        reduce_visit(visit, survey, detector_config())
    assert "AIRS-CH0_calibration_0" in str(caught.value)


@pytest.mark.parametrize("name", ["dark", "flat", "read", "linear_corr"])
def test_a_gap_in_a_calibration_is_a_bad_pixel(name: str, make_visit, detector_config) -> None:
    visit, survey = make_visit()
    before = reduce_visit(visit, survey, detector_config()).airs
    values = pl.read_parquet(visit.calibration(AIRS.name) / f"{name}.parquet")
    gap = pl.Series("column_100", values["column_100"].to_numpy().copy()).scatter(15, np.nan)
    rewrite(visit.calibration(AIRS.name) / f"{name}.parquet", lambda t: t.with_columns(gap))
    after = reduce_visit(visit, survey, detector_config()).airs
    assert after.health is not None
    assert after.health.reasons["unknown"] == 1
    assert not after.mask.any()
    np.testing.assert_allclose(after.flux[:, 0], before.flux[:, 0], rtol=1e-3)
    assert not np.array_equal(after.flux[:, 220], before.flux[:, 220])
    np.testing.assert_allclose(after.flux[:, 220], before.flux[:, 220], rtol=0.05)


def test_reasons_survive_the_file(make_visit, detector_config, tmp_path: Path) -> None:
    visit, survey = make_visit()
    kill_columns(visit, range(100, 102))
    curves = reduce_visit(visit, survey, detector_config())
    write_light_curves(tmp_path / "v.nc", curves)
    health = read_light_curves(tmp_path / "v.nc").airs.health
    assert health is not None
    assert health.reasons == curves.airs.health.reasons
    assert health.reasons["dead"] == 32
