"""The light-curve level against frames that went through the whole detector stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.detector.light_curves import FloatArray, LightCurve
from spectramind.detector.reduce import reduce_visit
from spectramind.simulator.focal_plane import REFERENCE_TEMPERATURE
from spectramind.simulator.planet_products import (
    SimulationTask,
    scene_settings,
    visit_light_curves,
)
from spectramind.simulator.population import SimulatedPlanet, draw_planet
from spectramind.simulator.scene import draw_scene
from spectramind.simulator.survey import simulate_survey
from spectramind.survey.discovery import open_survey
from spectramind.survey.instruments import InstrumentName


def _star_light(
    config: SimulatorConfig, planet: SimulatedPlanet, name: InstrumentName, curve: LightCurve
) -> FloatArray:
    """(time, channel) true relative light in the bins of a light curve."""
    scene = draw_scene(scene_settings(config, 0), planet, 0, name)
    used = scene.star[:, : scene.clock.pairs.size - 1].T
    starts = list(range(0, len(used), curve.pairs))
    sums = np.add.reduceat(used, starts, axis=0)
    return sums / np.diff([*starts, len(used)])[:, None]


def _depth_errors(curve: LightCurve, light: FloatArray) -> FloatArray:
    """(channel,) relative error of the depth by least squares with a free cubic drift."""
    t = np.linspace(-1.0, 1.0, len(curve.time))
    drift = t[:, None] ** np.arange(4)
    errors = []
    for flux, star in zip(curve.flux.T, light.T, strict=True):
        sound = np.isfinite(flux)
        design = np.column_stack([drift, star - 1.0])[sound]
        level = np.median(flux[sound])
        errors.append(np.linalg.lstsq(design, flux[sound] / level, rcond=None)[0][-1] - 1.0)
    return np.array(errors)


@pytest.mark.slow
def test_depth_errors_agree_with_the_frame_level(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    config = tiny_config.model_copy(update={"train": 4, "test": 0, "decimate": 20})
    simulate_survey(tmp_path / "s", config, detector_config, 0, lambda *_: None)
    survey = open_survey(tmp_path / "s", "train")
    task = SimulationTask(tmp_path, config, detector_config, {}, 0)
    frames, direct = [], []
    for index in range(config.train):
        planet = draw_planet(config.seed, index)
        reduced = reduce_visit(survey.planet(planet.planet_id).visits[0], survey, detector_config)
        curves = visit_light_curves(task, planet, 0)
        light = _star_light(config, planet, "AIRS-CH0", curves.airs)
        scale = np.sqrt(curves.airs.variance.mean(axis=0)) / curves.airs.flux.mean(axis=0)
        frames.append(_depth_errors(reduced.airs, light) / scale)
        direct.append(_depth_errors(curves.airs, light) / scale)
        for a, b in ((reduced.airs, curves.airs), (reduced.fgs1, curves.fgs1)):
            np.testing.assert_allclose(a.time, b.time, rtol=0, atol=1e-9)
            assert np.median(a.flux / b.flux) == pytest.approx(1.0, abs=0.02)
            assert np.median(a.variance / b.variance) == pytest.approx(1.0, abs=0.05)
    size = [np.sqrt(np.mean(np.square(errors))) for errors in (frames, direct)]
    assert size[0] == pytest.approx(size[1], rel=0.10)


def _scatter(flux: FloatArray) -> FloatArray:
    """(channel,) relative noise from second differences, which neither drift nor transit touch."""
    return np.std(np.diff(flux, 2, axis=0), axis=0) / np.sqrt(6.0) / np.median(flux, axis=0)


def test_a_star_like_the_real_one_is_as_noisy(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    config = tiny_config.model_copy(update={"decimate": 1, "limb_darkening": "quadratic"})
    task = SimulationTask(tmp_path, config, detector_config, {}, 0)
    noise = []
    for index in range(4):
        planet = draw_planet(config.seed, index)
        star = replace(planet.star, temperature=REFERENCE_TEMPERATURE)
        curves = visit_light_curves(task, replace(planet, star=star, electron_scale=1.0), 0)
        white = curves.airs.flux.sum(axis=1, keepdims=True)
        channels = _scatter(curves.airs.flux)
        noise.append([_scatter(curves.fgs1.flux)[0], _scatter(white)[0], np.median(channels)])
    assert curves.fgs1.flux.shape == (1350, 1)
    assert curves.airs.flux.shape == (1125, 282)
    ppm = 1e6 * np.mean(noise, axis=0)
    np.testing.assert_allclose(ppm, [307.0, 134.0, 2788.0], rtol=0.10)


def test_drift_is_as_large_as_the_real_one(tiny_config: SimulatorConfig, shared: Path) -> None:
    real = np.load(shared / "real" / "light_curves_244787369.npz")["airs_visit1"]
    config = tiny_config.model_copy(update={"decimate": 10})
    settings = scene_settings(config, 0)
    ours = []
    for index in range(20):
        gain = draw_scene(settings, draw_planet(config.seed, index), 0, "AIRS-CH0").gain
        ours.append(np.ptp(gain.mean(axis=0)))
    white = np.nansum(real, axis=1)
    outside = np.r_[0:350, 900:1120]
    trend = np.polyval(np.polyfit(outside, white[outside] / white[outside].mean(), 3), outside)
    low, high = np.percentile(ours, [5, 95])
    assert low < np.ptp(trend) < high
