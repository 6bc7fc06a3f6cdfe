"""Light curves of other reductions: the shared set, and every way a folder can be wrong."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import yaml

from spectramind.conf.schema.transit import TransitConfig
from spectramind.errors import DataError
from spectramind.survey.tables import read_star_info, read_truth, read_wavelengths
from spectramind.transit.calibration import error_parts
from spectramind.transit.imported_light_curves import (
    has_imported_light_curves,
    open_imported,
    visit_from_arrays,
)
from spectramind.transit.joint import fit_planet
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.priors import TransitPriors, generic_priors

CONFIG = TransitConfig.model_validate(
    yaml.safe_load(resources.files("spectramind.conf").joinpath("transit/default.yaml").read_text())
)


def _priors(wavelength: np.ndarray) -> TransitPriors:
    orders = DriftOrders(CONFIG.drift_order, CONFIG.drift_colours, CONFIG.limb_order)
    return generic_priors(wavelength, orders)


def test_shared_set_is_read_and_fitted(shared: Path) -> None:
    root = shared / "mini_challenge"
    assert has_imported_light_curves(root)
    source = open_imported(root, "train")
    assert len(source.planet_ids) == 40
    visits = source.light_curves(20100015)
    assert [v.visit for v in visits] == [0, 1]
    assert visits[0].airs.flux.shape == (1125, 282)
    assert visits[0].airs.pairs == 5
    assert visits[0].fgs1.pairs == 50
    assert source.digest(20100015) != source.digest(20100000)
    truth = read_truth(root / "train.csv")
    planet = source.planet_ids[1]
    fit = fit_planet(
        source.light_curves(planet), source.star(planet), _priors(source.wavelength), CONFIG
    )
    error = fit.posterior.depth - truth.depth[1]
    parts = error_parts(fit.posterior)
    assert fit.posterior.flags == ()
    assert abs(error[0]) < 3.0 * parts.fgs1
    assert abs(error[1:].mean()) < 3.0 * parts.airs_mean
    assert np.std(error[1:]) < 40e-6


def test_test_split_follows_the_sample_submission(shared: Path) -> None:
    source = open_imported(shared / "mini_challenge", "test")
    assert len(source.planet_ids) == 30
    assert all(len(source.light_curves(p)) >= 1 for p in source.planet_ids[:2])


def test_real_light_curves(shared: Path) -> None:
    """Someone else's reduction of a planet of the competition; AIRS of its second visit only."""
    planet = 244787369
    archive = np.load(shared / "real/light_curves_244787369.npz", allow_pickle=False)
    times = np.load(shared / "mini_challenge/times.npz", allow_pickle=False)
    wavelength = read_wavelengths(shared / "real/survey/wavelengths.csv")
    star = read_star_info(shared / "real/survey/train_star_info.csv")[planet]
    clocks = (times["fgs1_hours"], times["airs_hours"])
    dark = np.full((clocks[1].size, 282), np.nan)
    visits = [
        visit_from_arrays(
            planet, v, clocks, wavelength, (archive[f"fgs1_visit{v}"].astype(float), airs)
        )
        for v, airs in ((0, dark), (1, archive["airs_visit1"].astype(float)))
    ]
    priors = _priors(wavelength)
    both = fit_planet(visits, star, priors, CONFIG)
    assert "not_converged" not in both.posterior.flags
    assert "visits_disagree" not in both.posterior.flags
    assert both.chi2 == pytest.approx(1.0, abs=0.05)
    airs = next(curve for curve in both.curves if curve.instrument == "AIRS-CH0")
    assert airs.stated == pytest.approx(1.0, abs=0.03)  # photon and read noise explain it
    single = [fit_planet([visit], star, priors, CONFIG) for visit in visits]
    depths = [fit.posterior.depth[0] for fit in single]
    sigmas = [error_parts(fit.posterior).fgs1 for fit in single]
    assert abs(depths[0] - depths[1]) < 2.0 * np.hypot(*sigmas)


def _folder(tmp_path: Path, shared: Path) -> Path:
    source = shared / "mini_challenge"
    for name in ("times.npz", "wavelengths.csv", "train_star_info.csv", "train.csv"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    (tmp_path / "train").mkdir()
    (tmp_path / "train/20100000_0.npz").write_bytes((source / "train/20100000_0.npz").read_bytes())
    return tmp_path


def test_missing_samples_are_masked(shared: Path, tmp_path: Path) -> None:
    root = _folder(tmp_path, shared)
    path = root / "train/20100000_0.npz"
    with np.load(path) as archive:
        arrays = {name: archive[name].copy() for name in archive}
    arrays["airs_1e5"][5, 7] = -32768
    np.savez(path, **arrays)
    curve = open_imported(root, "train").light_curves(20100000)[0].airs
    assert curve.mask.sum() == 1
    assert curve.mask[5, 7]
    assert np.isinf(curve.variance[5, 7])


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("fgs1", np.ones(3), r"fgs1 of shape \(1350,\), found \(3,\)"),
        ("airs_level", np.ones(10), r"airs_level of shape \(282,\)"),
        ("airs_1e5", np.ones((4, 282)), r"airs_1e5 of shape \(1125, 282\)"),
    ],
)
def test_wrong_arrays_are_named(
    shared: Path, tmp_path: Path, name: str, values: np.ndarray, message: str
) -> None:
    root = _folder(tmp_path, shared)
    path = root / "train/20100000_0.npz"
    with np.load(path) as archive:
        arrays = {key: archive[key] for key in archive} | {name: values}
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=message):
        open_imported(root, "train").light_curves(20100000)


def test_missing_arrays_files_and_folders_are_named(shared: Path, tmp_path: Path) -> None:
    root = _folder(tmp_path, shared)
    source = open_imported(root, "train")
    with pytest.raises(DataError, match=r"20100001_<visit>\.npz"):
        source.light_curves(20100001)
    np.savez(root / "train/20100000_0.npz", fgs1=np.ones(1350))
    with pytest.raises(DataError, match="airs_1e5"):
        source.light_curves(20100000)
    (root / "train/20100000_0.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"20100000_0\.npz"):
        source.light_curves(20100000)
    with pytest.raises(DataError, match="no such folder"):
        open_imported(root, "test")
    assert not has_imported_light_curves(tmp_path / "elsewhere")
