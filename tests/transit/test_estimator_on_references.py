"""The first estimator on light curves and frames that this project did not make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.conf.compose import compose
from spectramind.detector import reduce_visit
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.submission.score import NaiveModel, official_score
from spectramind.survey.discovery import open_survey
from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star
from spectramind.survey.tables import read_star_info, read_truth, read_wavelengths
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.posterior import DepthPosterior

FloatArray = NDArray[np.float64]
READ_NOISE = 2.0 * 13.0**2 * 8.0  # two reads, about eight rows


def light_curve(
    name: InstrumentName, time: FloatArray, wavelength: FloatArray, flux: FloatArray, pairs: int
) -> LightCurve:
    mask = ~np.isfinite(flux)
    level = np.median(np.where(mask, 1e4, flux), axis=0)
    variance = np.where(mask, np.inf, (level + READ_NOISE) / pairs)
    return LightCurve(name, time, wavelength, flux, variance, mask, pairs)


def mini_visit(folder: Path, path: Path) -> VisitLightCurves:
    times, wavelength = np.load(folder / "times.npz"), read_wavelengths(folder / "wavelengths.csv")
    content = np.load(path)
    counts = content["airs_1e5"].astype(np.float64)
    flux = (1.0 + 1e-5 * np.where(counts == -32768, np.nan, counts)) * content["airs_level"]
    planet, visit = path.stem.split("_")
    fgs1 = content["fgs1"].astype(np.float64)[:, None]
    return VisitLightCurves(
        int(planet),
        int(visit),
        light_curve("FGS1", times["fgs1_hours"].astype(float), wavelength[:1], fgs1, 50),
        light_curve("AIRS-CH0", times["airs_hours"].astype(float), wavelength[1:], flux, 5),
    )


def test_mini_challenge_score(shared: Path) -> None:
    folder = shared / "mini_challenge"
    truth = read_truth(folder / "train.csv")
    stars = read_star_info(folder / "train_star_info.csv")
    chosen = list(range(0, 40, 5))
    posteriors: list[DepthPosterior] = []
    for index in chosen:
        planet = truth.planet_ids[index]
        visits = [mini_visit(folder, p) for p in sorted(folder.glob(f"train/{planet}_*.npz"))]
        posteriors.append(estimate_depths(visits, stars[planet]))
    depth = np.stack([posterior.depth for posterior in posteriors])
    sigma = np.stack([posterior.sigma for posterior in posteriors])
    true = truth.depth[chosen]
    naive = NaiveModel(float(truth.depth.mean()), float(truth.depth.std()))
    assert official_score(true, depth, sigma, naive).score > 0.55
    assert np.median(np.abs(depth[:, 0] - true[:, 0])) < 100e-6
    assert np.median(np.abs((depth - true)[:, 1:].mean(axis=1))) < 120e-6


def test_sample_survey_from_raw_frames(sample_survey: Path) -> None:
    survey, truth = open_survey(sample_survey, "train"), read_truth(sample_survey / "train.csv")
    config = compose().detector
    squares = []
    for planet, true in zip(truth.planet_ids, truth.depth, strict=True):
        visits = [reduce_visit(visit, survey, config) for visit in survey.planet(planet).visits]
        posterior = estimate_depths(visits, survey.star(planet))
        error = float((posterior.depth - true)[1:].mean())
        assert abs(error) < 0.05 * true[1:].mean()
        share = np.full(282, 1.0 / 282.0)
        variance = share**2 @ posterior.variance_diagonal[1:]
        variance += np.sum((share @ posterior.factors[1:]) ** 2)
        squares.append(error**2 / float(variance))
        assert np.mean(np.abs(posterior.depth - true) < 2.0 * posterior.sigma) > 0.6
    assert np.mean(squares) < 4.0


def test_real_light_curves(shared: Path) -> None:
    content = np.load(shared / "real" / "light_curves_244787369.npz")
    folder = shared / "mini_challenge"
    times, wavelength = np.load(folder / "times.npz"), read_wavelengths(folder / "wavelengths.csv")
    survey = shared / "real" / "survey"
    star: Star = read_star_info(survey / "train_star_info.csv")[244787369]
    visits = []
    for visit in (0, 1):
        airs = content["airs_visit1"] if visit else np.full((1125, 282), np.nan)
        fgs1 = content[f"fgs1_visit{visit}"][:, None].astype(np.float64)
        visits.append(
            VisitLightCurves(
                244787369,
                visit,
                light_curve("FGS1", times["fgs1_hours"].astype(float), wavelength[:1], fgs1, 50),
                light_curve(
                    "AIRS-CH0", times["airs_hours"].astype(float), wavelength[1:], airs * 1.0, 5
                ),
            )
        )
    first, second = (estimate_depths([visit], star) for visit in visits)
    both = estimate_depths(visits, star)
    sigma = float(np.hypot(first.sigma[0], second.sigma[0]))
    assert abs(first.depth[0] - second.depth[0]) < 3.0 * sigma
    assert both.sigma[0] < second.sigma[0]
    assert both.geometry["impact"] == pytest.approx(0.64, abs=0.05)
    for curve in both.white:
        residual = curve.flux - curve.model
        neighbour = np.nanstd(np.diff(residual)) / np.sqrt(2.0)
        assert np.nanstd(residual) < 1.1 * neighbour
