"""Everything that a simulated survey holds of one planet, written whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.detector.detector_constants import DetectorConstants, Steps, detector_constants
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.product import write_light_curves
from spectramind.detector.windows import PixelWindow, airs_window, fgs1_window
from spectramind.provenance.atomic import output_error
from spectramind.simulator.chosen_opacities import chosen_opacities
from spectramind.simulator.detector_properties import calibration_files
from spectramind.simulator.difficulty import DIFFICULTIES
from spectramind.simulator.instrument import planet_instrument
from spectramind.simulator.population import SimulatedPlanet, draw_planet
from spectramind.simulator.reduced_visit import (
    ExpectedLight,
    Reduction,
    expected_light,
    reduce_scene,
)
from spectramind.simulator.scene import Scene, SceneSettings, draw_scene, scene_entropy
from spectramind.simulator.survey_tables import survey_wavelength
from spectramind.simulator.visit_frames import expose_scene
from spectramind.survey.discovery import Visit
from spectramind.survey.frames import write_signal
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName
from spectramind.survey.writer import write_calibration

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SimulationTask:
    """One planet of a configured simulation; small enough to send to a worker.

    index       number of the planet: training planets first, then test planets
    detector    choices of the reduction, which light curves written directly follow as well
    attributes  written into light-curve products
    """

    out: Path
    config: SimulatorConfig
    detector: DetectorConfig
    attributes: dict[str, str]
    index: int

    @property
    def split(self) -> str:
        """Name of the folder that the planet goes to."""
        return "train" if self.index < self.config.train else "test"


def scene_settings(config: SimulatorConfig, index: int) -> SceneSettings:
    """What the configuration says about the scenes of planet number `index`."""
    difficulty = DIFFICULTIES[config.preset]
    spots = difficulty.spots if config.spots is None else config.spots
    instrument = planet_instrument(config, index)
    return SceneSettings(config.seed, config.decimate, spots, difficulty, instrument)


def task_planet(config: SimulatorConfig, index: int) -> SimulatedPlanet:
    """Planet number `index` of a configured survey."""
    chemistry = planet_instrument(config, index).chemistry
    opacities = chosen_opacities(config.opacities)
    return draw_planet(config.seed, index, config.preset, opacities, chemistry, config.edition)


def simulate_planet(task: SimulationTask) -> SimulatedPlanet:
    """Write one planet unless it is there already; return its truth for the tables.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    config = task.config
    planet = task_planet(config, task.index)
    if config.level == "frames":
        write_planet_frames(task, planet)
    else:
        _write_light_curves(task, planet)
    return planet


def write_planet_frames(task: SimulationTask, planet: SimulatedPlanet) -> None:
    """Write raw frames and calibration folders of all visits of a planet, whole or not at all."""
    folder = task.out / task.split / str(planet.planet_id)
    if folder.exists():
        return
    unfinished = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    settings = scene_settings(task.config, task.index)
    try:
        for index in range(len(planet.transit_times)):
            visit = Visit(planet.planet_id, index, unfinished, task.config.edition == "2025")
            for name in INSTRUMENTS:
                _write_visit_frames(settings, planet, visit, name)
        unfinished.replace(folder)
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_visit_frames(
    settings: SceneSettings, planet: SimulatedPlanet, visit: Visit, name: InstrumentName
) -> None:
    instrument = INSTRUMENTS[name]
    scene = draw_scene(settings, planet, visit.index, name)
    entropy = scene_entropy(settings, planet, visit.index, name)
    frames, calibration = expose_scene(scene, entropy, planet.converters[name], settings.difficulty)
    shape = (instrument.rows, instrument.columns, -1)
    write_signal(visit.signal(name), frames.reshape(shape).transpose(2, 0, 1))
    write_calibration(visit.calibration(name), calibration)


def _write_light_curves(task: SimulationTask, planet: SimulatedPlanet) -> None:
    for index in range(len(planet.transit_times)):
        path = task.out / "reduced" / task.split / f"{planet.planet_id}_{index}.nc"
        if not path.exists():
            write_light_curves(path, visit_light_curves(task, planet, index))


def visit_light_curves(
    task: SimulationTask, planet: SimulatedPlanet, index: int
) -> VisitLightCurves:
    """Light curves of one visit at the light-curve level."""
    fgs1, airs = (_light_curve(task, planet, index, name) for name in INSTRUMENTS)
    return VisitLightCurves(planet.planet_id, index, fgs1, airs, dict(task.attributes))


@dataclass(frozen=True)
class _Extraction:
    """Scene of one instrument and how it is reduced; `rng` has drawn the calibration files."""

    rng: np.random.Generator
    scene: Scene
    window: PixelWindow
    constants: DetectorConstants
    wavelength: FloatArray
    reduction: Reduction


def _extraction(
    task: SimulationTask, planet: SimulatedPlanet, index: int, name: InstrumentName
) -> _Extraction:
    settings, choice = scene_settings(task.config, task.index), task.detector
    instrument, channels = INSTRUMENTS[name], survey_wavelength(task.config.edition)
    entropy = scene_entropy(settings, planet, index, name)
    rng = np.random.default_rng((*entropy, 3))
    scene = draw_scene(settings, planet, index, name)
    files = calibration_files(rng, scene.detector, settings.difficulty.calibration_error)
    constants = detector_constants(
        files,
        planet.converters[name],
        (instrument.first_read_seconds, instrument.last_read_seconds),
        PixelLimits(choice.hot_sigma, choice.linearity_range, choice.flat_range),
        Steps(choice.linearity, choice.dark, choice.flat),
    )
    if name == "FGS1":
        window = fgs1_window(choice.fgs1_rows, choice.fgs1_columns, choice.fgs1_background_rows)
        wavelength, seconds = channels[:1], choice.fgs1_bin_seconds
    else:
        window = airs_window(choice.airs_rows, choice.airs_background_rows)
        wavelength, seconds = channels[1:], choice.airs_bin_seconds
    reduction = Reduction(choice.extraction, seconds, choice.skip_last_pairs)
    return _Extraction(rng, scene, window, constants, wavelength, reduction)


def _light_curve(
    task: SimulationTask, planet: SimulatedPlanet, index: int, name: InstrumentName
) -> LightCurve:
    e = _extraction(task, planet, index, name)
    return reduce_scene(e.rng, e.scene, e.window, e.constants, e.wavelength, e.reduction)


def unocculted_light(
    task: SimulationTask, planet: SimulatedPlanet, index: int, name: InstrumentName
) -> ExpectedLight:
    """What a visit would show without planet and without noise: level, drift, pointing."""
    e = _extraction(task, planet, index, name)
    scene = replace(e.scene, star=np.ones_like(e.scene.star))
    return expected_light(scene, e.window, e.constants, e.reduction)
