"""Every reader of the package, with a small valid file of its kind written by its own writer."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from spectramind.atmosphere.molecules import molecule
from spectramind.atmosphere.opacity_table import read_opacity_table
from spectramind.conf.compose import compose
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.detector.product import read_light_curves, write_light_curves
from spectramind.kaggle.ledger import Entry, append_entry, read_ledger, torn_lines
from spectramind.models.baseline import BaselineModel, baseline_checkpoint, read_baseline
from spectramind.models.checkpoint import Checkpoint, open_checkpoint, write_checkpoint
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.light_features import N_FEATURES
from spectramind.models.physics import generic_model, physics_checkpoint, read_physics_model
from spectramind.models.predictions import Predictions, read_predictions, write_predictions
from spectramind.pipeline.guard import Losses, read_losses, write_losses
from spectramind.pipeline.journal import journal_of
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary, write_summary
from spectramind.pipeline.setbacks import setbacks
from spectramind.provenance.events import append_event
from spectramind.provenance.folder_manifest import read_manifest as read_folder
from spectramind.provenance.folder_manifest import write_manifest as write_folder
from spectramind.provenance.history import read_runs, score_of
from spectramind.submission.bundle import verify_bundle, write_bundle
from spectramind.submission.manifest import Origin
from spectramind.submission.table import SubmissionTable, read_submission, write_submission
from spectramind.submission.validator import validate_submission
from spectramind.survey.adc import Adc
from spectramind.survey.axes import nominal_axes, read_axes
from spectramind.survey.calibration import LINEAR_TERMS, Calibration, read_calibration
from spectramind.survey.dispersion import channel_wavelengths
from spectramind.survey.instruments import FGS1
from spectramind.survey.manifest import read_manifest, survey_files, write_manifest
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    Truth,
    read_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
    read_wavelengths,
)
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_calibration,
    write_star_info,
    write_truth,
    write_wavelengths,
)
from spectramind.transit.imported_light_curves import check_imported, imported_arrays
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.polynomial import POPULATION_DEPTH
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.priors import generic_priors, read_priors, write_priors
from spectramind.transit.product import read_posterior, write_posterior

Reader = Callable[[Path], object]
Readers = dict[str, tuple[str, Reader]]
IDS = (3, 1, 2)


def survey_readers(folder: Path) -> Readers:
    """Of the survey's tables, calibrations and light curves."""
    rng = np.random.default_rng(1)
    depth = 0.01 + 1e-4 * rng.normal(size=(3, 283))
    write_truth(folder / "train.csv", Truth(IDS, depth))
    star = Star(1.0, 1.0, 5800.0, 1.0, 0.0, 3.0, 9.0, 89.0)
    write_star_info(folder / "train_star_info.csv", dict.fromkeys(IDS, star), "train")
    write_wavelengths(folder / "wavelengths.csv", channel_wavelengths())
    write_adc_info(folder / "adc_info.csv", dict.fromkeys(("AIRS-CH0", "FGS1"), Adc(-1000.0, 0.4)))
    write_axis_info(folder / "axis_info.parquet", nominal_axes(400))
    shape = (FGS1.rows, FGS1.columns)
    linear = np.stack([np.full(shape, 1.0 * (k == 1)) for k in range(LINEAR_TERMS)])
    flat = rng.normal(1.0, 0.01, shape)
    detector = Calibration(flat * 0.01, flat > 9.0, flat, flat * 13.0, linear)
    write_calibration(folder / "calibration", detector)
    np.savez(
        folder / "visit.npz",
        airs_1e5=rng.integers(-2000, 100, (8, 282)).astype(np.int16),
        airs_level=np.geomspace(1e5, 6e3, 282).astype(np.float32),
        fgs1=np.full(10, 3e5, np.float32),
    )
    return {
        "truth": ("train.csv", read_truth),
        "stars": ("train_star_info.csv", read_star_info),
        "wavelengths": ("wavelengths.csv", read_wavelengths),
        "adc": ("adc_info.csv", read_adc),
        "axes": ("axis_info.parquet", read_axes),
        "calibration": ("calibration/flat.parquet", _calibration(folder / "calibration")),
        "imported": ("visit.npz", lambda path: check_imported(path, *imported_arrays(path))),
    }


def _calibration(folder: Path) -> Reader:
    def read(path: Path) -> object:
        (folder / "flat.parquet").write_bytes(path.read_bytes())
        return read_calibration(folder, FGS1)

    return read


def submission_readers(folder: Path) -> Readers:
    """Of tables, bundles, ledgers, logs and manifests."""
    rng = np.random.default_rng(1)
    depth = 0.01 + 1e-4 * rng.normal(size=(3, 283))
    write_submission(folder / "sample.csv", SubmissionTable(IDS, depth, np.full((3, 283), 1e-4)))
    sample = folder / "sample.csv"
    origin = Origin("hash", "data", {"numpy": "2"}, {"code": "c"})
    write_bundle(folder / "submission.zip", {"submission.csv": sample}, origin)
    for score in (None, 0.5):
        entry = Entry("2026-03-01T12:00", "t", "b", "r", "c", "d", None, 1, "x", "g", "p", "n", {})
        append_entry(folder / "ledger.jsonl", Entry(**{**asdict(entry), "cv": score}))
    log = folder / "events.jsonl"
    paths = {"config": {"paths": {"out": "out"}}, "folder": str(folder)}
    for verb in ("predict", "calibrate-temp", "submit"):
        append_event(log, f"run-{verb}", verb, "started", hash="h", overrides=["a=1"], **paths)
        append_event(log, f"run-{verb}", verb, "result", result={"score": 0.5, "sha256": "s"})
        append_event(log, f"run-{verb}", verb, "finished", status="ok", seconds=1.5)
    write_manifest(folder / "survey_manifest.json", survey_files(folder))
    flat = folder / "flat"
    flat.mkdir()
    (flat / "file").write_text("x")
    write_folder(flat, {"origin": "fuzz"})
    return {
        "submission": ("sample.csv", read_submission),
        "validator": ("sample.csv", lambda path: validate_submission(path, sample)),
        "sample": ("sample.csv", read_sample_submission),
        "bundle": ("submission.zip", verify_bundle),
        "ledger": ("ledger.jsonl", lambda path: (read_ledger(path), torn_lines(path))),
        "events": ("events.jsonl", lambda path: _log(path, folder / "out")),
        "manifest": ("survey_manifest.json", read_manifest),
        "folder": ("flat/MANIFEST.json", lambda path: _folder(flat, path)),
    }


def _log(path: Path, out: Path) -> object:
    runs = read_runs(path)
    return [score_of(run, runs) for run in runs], journal_of(path, out), setbacks(path, out, "none")


def _folder(folder: Path, path: Path) -> object:
    (folder / "MANIFEST.json").write_bytes(path.read_bytes())
    return read_folder(folder)


def model_readers(folder: Path) -> Readers:
    """Of checkpoints, priors and opacity tables."""
    rng = np.random.default_rng(1)
    arrays = {"factor": rng.normal(size=7), "count": np.arange(3)}
    write_checkpoint(folder / "model.ckpt", Checkpoint("physics", arrays, {"config": "{}"}))
    config = compose()
    physics = generic_model(channel_wavelengths(), config.transit)
    write_checkpoint(folder / "physics.ckpt", physics_checkpoint(physics, {}))
    member = {"feature_mean": np.zeros(N_FEATURES)}
    baseline = BaselineModel([member], np.full(283, 1e-4), 1e-4)
    learnt = baseline_checkpoint("spectrum_regressor", baseline, {})
    write_checkpoint(folder / "baseline.ckpt", learnt)
    orders = DriftOrders(3, 2, 1)
    write_priors(folder / "priors.json", generic_priors(channel_wavelengths(), orders))
    wavelength, temperature = np.geomspace(1.0, 5.0, 200), np.array([500.0, 1000.0])
    section = np.stack([molecule("H2O").profile(wavelength, t) for t in temperature])
    np.savez(folder / "h2o.npz", molecule="H2O", wavelength=wavelength, temperature=temperature,
             cross_section=section)  # fmt: skip
    content = {"name": "H2O", "wno": 1e4 / wavelength, "t": temperature, "xsecarr": section}
    (folder / "h2o.pickle").write_bytes(pickle.dumps(content, protocol=4))
    return {
        "checkpoint": ("model.ckpt", open_checkpoint),
        "physics": ("physics.ckpt", read_physics_model),
        "baseline": ("baseline.ckpt", lambda path: read_baseline(path, "spectrum_regressor")),
        "priors": ("priors.json", read_priors),
        "opacity npz": ("h2o.npz", read_opacity_table),
        "opacity pickle": ("h2o.pickle", read_opacity_table),
    }


def _visit() -> VisitLightCurves:
    def curve(name: str, channels: int) -> LightCurve:
        time = np.linspace(0.0, 7.5, 12)
        flux = np.full((12, channels), 1e5)
        colours = channel_wavelengths()[:1] if channels == 1 else channel_wavelengths()[1:]
        return LightCurve(name, time, colours, flux, flux, flux < 0.0, 5)  # type: ignore[arg-type]

    return VisitLightCurves(7, 0, curve("FGS1", 1), curve("AIRS-CH0", 282))


def _predictions() -> Predictions:
    grid = (3, 283)
    sigma = np.full(grid, 1e-4)
    return Predictions(
        IDS, channel_wavelengths(), np.full(grid, 0.01), sigma, np.full(3, 1e-5), sigma,
        np.zeros((*grid, len(CHANNEL_FEATURES))), np.zeros((3, len(PLANET_FEATURES))),
        ("ok", "ok", "fallback"), ("", "grazing", "why"), attributes={"run_hash": "h"},
    )  # fmt: skip


def product_readers(folder: Path) -> Readers:
    """Of light curves, fits, predictions and what stands beside them."""
    write_light_curves(folder / "curves.nc", _visit())
    posterior = DepthPosterior(
        7, "polynomial", np.full(283, POPULATION_DEPTH), np.full(283, 1e-8),
        np.full((283, 1), 1e-4), (), {"period": 3.0}, (),
    )  # fmt: skip
    write_posterior(folder / "fit.nc", posterior, {"config_hash": "c"})
    write_predictions(folder / "predictions.nc", _predictions())
    where = Places(folder, "test")
    summary = PredictSummary(
        "in", "test", "physics", None, "h", "d", {"a": 1}, 3, {2: "why"},
        {1: "red_noise"}, {"ok": 1, "doubtful": 1, "fallback": 1}, (("red_noise", 1),), None, (), ()
    )  # fmt: skip
    write_summary(where, summary)
    write_losses(where, Losses("late", ("report",), 1, 2))
    return {
        "light curves": ("curves.nc", read_light_curves),
        "fit": ("fit.nc", read_posterior),
        "predictions": ("predictions.nc", read_predictions),
        "summary": (where.summary.name, read_summary),
        "losses": (where.budget.name, lambda path: _losses(folder / "other", path)),
    }


def _losses(folder: Path, path: Path) -> object:
    folder.mkdir(exist_ok=True)
    where = Places(folder, "test")
    where.budget.write_bytes(path.read_bytes())
    return read_losses(where)


def readers(folder: Path) -> Readers:
    """Every reader by name, with the file in `folder` that it can read."""
    return {
        **survey_readers(folder),
        **submission_readers(folder),
        **model_readers(folder),
        **product_readers(folder),
    }
