"""One visit as one instrument sees it, before any detector noise.

Frames and light curves are both made from a scene, and a scene is a function of the seed, the
planet, the visit and the instrument: so a planet's light curves are those that its frames reduce
to, but for the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from spectramind.simulator.clock import Clock, airs_column_wavelength, visit_clock
from spectramind.simulator.detector_properties import DetectorTruth, draw_detector
from spectramind.simulator.difficulty import Difficulty
from spectramind.simulator.focal_plane import (
    FGS1_MICROMETRE,
    airs_image,
    fgs1_image,
    largest_brightness,
    motion_terms,
)
from spectramind.simulator.gain_drift import Drift, DriftGrid, draw_gain
from spectramind.simulator.instrument import Instrument
from spectramind.simulator.jitter import Pointing, draw_pointing
from spectramind.simulator.light_curves import StellarSurface, draw_surface, relative_light
from spectramind.simulator.population import SimulatedPlanet
from spectramind.survey.instruments import AIRS_COLUMNS, INSTRUMENTS, N_AIRS, InstrumentName

FloatArray = NDArray[np.float64]

_LEVEL_SCATTER = 0.05
"""Of ln(brightness) between visits: the real planet with two visits changed by 11 %."""
_LONGEST_STEP = 1.6
"""Second between two computed samples of a light curve."""
_CODE: dict[InstrumentName, int] = {"FGS1": 1, "AIRS-CH0": 2}
_SHARED = 3
"""Code of what both detectors see of one visit."""


@dataclass(frozen=True)
class SceneSettings:
    """What all scenes of one survey share, or of one family of a survey."""

    seed: int
    decimate: int
    spots: bool
    difficulty: Difficulty
    instrument: Instrument


@dataclass(frozen=True)
class Scene:
    """Light and detector of one visit of one instrument.

    image        (row, column, 6) electron / s at full response: star image and its derivatives
    star         (channel, pair) relative light; one channel for FGS1, 282 by ascending wavelength
    pointing     (2, pair) dx, dy, pixel
    gain         (column, pair) gain drift; one column for FGS1
    foreground   (row, column) electron / s at full response
    """

    clock: Clock
    detector: DetectorTruth
    image: FloatArray
    star: FloatArray
    pointing: FloatArray
    gain: FloatArray
    foreground: FloatArray


def scene_entropy(
    settings: SceneSettings, planet: SimulatedPlanet, visit: int, name: InstrumentName
) -> tuple[int, ...]:
    """Integers that name a scene: what its random numbers are seeded with."""
    return settings.seed, planet.planet_id, visit, _CODE[name]


def draw_scene(
    settings: SceneSettings, planet: SimulatedPlanet, visit: int, name: InstrumentName
) -> Scene:
    """Draw everything about a visit that is not noise of single reads."""
    rng = np.random.default_rng(scene_entropy(settings, planet, visit, name))
    difficulty, is_airs = settings.difficulty, name == "AIRS-CH0"
    instrument = INSTRUMENTS[name]
    clock = visit_clock(name, settings.decimate)
    temperature = planet.star.temperature
    brightness = planet.electron_scale * float(np.exp(_LEVEL_SCATTER * rng.standard_normal()))
    brightness /= settings.instrument.noise**2
    brightness = min(brightness, largest_brightness(temperature))
    make_image = airs_image if is_airs else fgs1_image
    image = motion_terms(make_image(brightness, temperature)) / clock.rest_seconds
    detector = draw_detector(rng, instrument)
    pointing = draw_pointing(
        rng, clock.pairs.size, clock.spacing_hours, _pointing(settings, is_airs)
    )
    return Scene(
        clock=clock,
        detector=detector,
        image=image,
        star=_star_light(settings, planet, visit, clock),
        pointing=pointing,
        gain=_draw_gain(rng, settings, planet, visit, clock),
        foreground=_draw_foreground(
            rng,
            (instrument.rows, instrument.columns),
            difficulty.foreground[int(is_airs)],
            difficulty.foreground_spread,
        ),
    )


def _pointing(settings: SceneSettings, is_airs: bool) -> Pointing:
    factor = settings.instrument.pointing
    return Pointing(
        fast=factor * settings.difficulty.fast,
        slow=factor * settings.difficulty.slow,
        dispersion=settings.instrument.dispersion if is_airs else 1.0,
    )


def _draw_gain(
    rng: np.random.Generator,
    settings: SceneSettings,
    planet: SimulatedPlanet,
    visit: int,
    clock: Clock,
) -> FloatArray:
    """(column, pair) gain drift of one instrument."""
    shared = np.random.default_rng((settings.seed, planet.planet_id, visit, _SHARED))
    instrument, hour = settings.instrument, clock.cycle_seconds / 3600.0
    is_airs = clock.name == "AIRS-CH0"
    grid = DriftGrid(
        hours=np.asarray(clock.pairs * hour, np.float64),
        total_hours=clock.total * hour,
        wavelength=airs_column_wavelength() if is_airs else np.array([FGS1_MICROMETRE]),
        temperature=planet.star.temperature,
    )
    drift = Drift(instrument.drift, instrument.drift_size, settings.difficulty.drift)
    return draw_gain(rng, shared, drift, grid)


def planet_surface(settings: SceneSettings, planet: SimulatedPlanet) -> StellarSurface:
    """The star's surface, the same in all visits and for both detectors."""
    rng = np.random.default_rng((settings.seed, planet.planet_id))
    return draw_surface(rng, planet, settings.instrument, settings.spots)


def _star_light(
    settings: SceneSettings, planet: SimulatedPlanet, visit: int, clock: Clock
) -> FloatArray:
    """(channel, pair) relative light.

    FGS1 pairs follow each other so closely that every fourth is enough: a cubic through them is
    off by less than 0.1 ppm, for a moment at the contacts.
    """
    surface = planet_surface(settings, planet)
    if clock.name == "FGS1":
        wavelength, depth = np.array([FGS1_MICROMETRE]), planet.spectrum[:1]
    else:
        wavelength = airs_column_wavelength()[AIRS_COLUMNS][::-1]
        depth = planet.spectrum[1:]
    hours = clock.light_hours
    stride = max(1, round(_LONGEST_STEP / (3600 * clock.spacing_hours)))
    nodes = np.append(hours[:-1:stride], hours[-1])
    light = relative_light(planet, surface, planet.transit_times[visit], nodes, wavelength, depth)
    if stride > 1:
        light = CubicSpline(nodes, light)(hours)
    if clock.pairs[-1] == clock.total - 1:
        # The competition's frames end with one that never heard of the transit.
        light[-1] = 1.0
    return np.ascontiguousarray(light.T)


def _draw_foreground(
    rng: np.random.Generator, shape: tuple[int, int], median: float, spread: float
) -> FloatArray:
    """(row, column) smooth: a level with gentle slopes along both axes."""
    level = median * np.exp(spread * rng.standard_normal())
    along_rows = 0.2 * rng.uniform(-1.0, 1.0) * np.linspace(-1.0, 1.0, shape[0])
    along_columns = 0.2 * rng.uniform(-1.0, 1.0) * np.linspace(-1.0, 1.0, shape[1])
    return np.asarray(level * (1.0 + along_rows[:, None] + along_columns))


def channel_of_column() -> NDArray[np.int64]:
    """(356,) AIRS channel whose transit a detector column shows, by ascending wavelength.

    Columns beside the 282 channels show the transit of the nearest one.
    """
    column = np.arange(INSTRUMENTS["AIRS-CH0"].columns)
    return np.clip(AIRS_COLUMNS.stop - 1 - column, 0, N_AIRS - 1)
