"""Planets with known spectra, drawn so that they look like the competition's.

A planet is a function of (seed, index) alone: any number of workers, in any order, draws the
same one. Depths, peak-to-peak heights and principal components are compared with the real
spectra by `python -m bench spectra`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.constants import (
    ATOMIC_MASS,
    BOLTZMANN,
    GRAVITATION,
    JUPITER_MASS,
    SOLAR_RADIUS,
)
from spectramind.atmosphere.forward import Composition, Opacities, channel_depths
from spectramind.atmosphere.transmission import Planets
from spectramind.errors import ConfigurationError
from spectramind.simulator.chemistry import Air, Chemistry, draw_air
from spectramind.simulator.converters import BRIGHTNESS, draw_converters
from spectramind.simulator.orbit import OrbitTruth, draw_orbit, start_values
from spectramind.simulator.star import StarTruth, draw_star
from spectramind.survey.adc import Adc
from spectramind.survey.edition import Edition
from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star

FloatArray = NDArray[np.float64]
Preset = Literal["nominal", "hard", "ood"]

WEIGHT = 2.3
"""Mean molecular weight of hydrogen and helium."""
LOG_MASS = (0.95, 0.45)
"""Mean and sd of ln of the mass in Jupiter masses."""
_DEPTH: dict[Edition, tuple[float, float, float, float]] = {
    "2024": (-6.2, 0.75, 0.0004, 0.0075),
    "2025": (-4.44, 0.65, 0.0037, 0.08),
}
"""Mean and sd of ln of the depth, lowest and highest one."""
_VISITS: dict[Edition, int] = {"2024": 1, "2025": 2}
LARGEST_SCALE_HEIGHT = 0.005
"""Of the planet's radius: lighter planets than that are made heavier."""


@dataclass(frozen=True)
class SimulatedPlanet:
    """One planet of a simulated survey, truth and what the survey tells of it.

    transit_times    hour from the start of each visit to mid-transit; one or two visits
    spectrum         (channel,) true depth
    star_info        the row of the star table, with its errors
    electron_scale   brightness; 1 is a star of 2.7e5 electrons a pair in FGS1
    host             which of the two stars of the 2024 edition it belongs to; 0 in 2025
    converters       by instrument
    """

    planet_id: int
    star: StarTruth
    orbit: OrbitTruth
    transit_times: tuple[float, ...]
    spectrum: FloatArray
    star_info: Star
    electron_scale: float
    host: int
    converters: dict[InstrumentName, Adc]


@dataclass(frozen=True)
class _Draw:
    """All random numbers of one planet, before its spectrum is computed."""

    planet_id: int
    star: StarTruth
    orbit: OrbitTruth
    transit_times: tuple[float, ...]
    star_info: Star
    electron_scale: float
    host: int
    converters: dict[InstrumentName, Adc]
    depth: float
    mass: float
    temperature: float
    air: Air


def planet_identifier(seed: int, index: int) -> int:
    """A number of up to ten digits, different for each index of one seed."""
    offset = int(np.random.SeedSequence([seed, 0xADC]).generate_state(1)[0])
    return (offset + 2654435761 * (index + 1)) % 2**32


def draw_planet(
    seed: int,
    index: int,
    preset: Preset = "nominal",
    opacities: Opacities | None = None,
    chemistry: Chemistry | None = None,
    edition: Edition = "2025",
) -> SimulatedPlanet:
    """Planet number `index` of the survey `seed`; see `draw_planets`."""
    return draw_planets(seed, [index], preset, opacities, chemistry, edition)[0]


def draw_planets(
    seed: int,
    indices: Iterable[int],
    preset: Preset = "nominal",
    opacities: Opacities | None = None,
    chemistry: Chemistry | None = None,
    edition: Edition = "2025",
) -> list[SimulatedPlanet]:
    """The planets of several indices; the same ones as `draw_planet` gives one by one.

    Parameters
    ----------
    seed : of the survey, at least 0
    indices : of the planets, at least 0
    preset : "ood" draws stars, depths and chemistry outside the range of the others
    opacities : a user's own in place of the embedded ones
    chemistry : "foreign" makes rare molecules common and methane rare; None leaves it to the preset
    edition : 2024 has shallower transits of two stars, one visit each, and own converters

    Raises
    ------
    ConfigurationError : a negative seed or index, or an unknown preset
    """
    indices = list(indices)
    if preset not in ("nominal", "hard", "ood"):
        raise ConfigurationError(f"sim.preset: expected nominal, hard or ood, found {preset!r}")
    if seed < 0 or any(index < 0 for index in indices):
        raise ConfigurationError(f"sim.seed and planet index: expected at least 0, found {seed}")
    foreign = preset == "ood" if chemistry is None else chemistry == "foreign"
    draws = [_draw(seed, index, preset, foreign, edition) for index in indices]
    spectra = _spectra(draws, opacities) if draws else np.empty((0, 0))
    return [
        SimulatedPlanet(
            d.planet_id,
            d.star,
            d.orbit,
            d.transit_times,
            spectrum,
            d.star_info,
            d.electron_scale,
            d.host,
            d.converters,
        )
        for d, spectrum in zip(draws, spectra, strict=True)
    ]


def _draw(seed: int, index: int, preset: Preset, foreign: bool, edition: Edition) -> _Draw:
    rng = np.random.default_rng([seed, index])
    ood = preset == "ood"
    star = draw_star(rng, cool=ood)
    host, converters = draw_converters(seed, index, edition)
    depth = _draw_depth(rng, ood, edition)
    orbit = draw_orbit(rng, star, float(np.sqrt(depth)))
    temperature = star.temperature / np.sqrt(2 * orbit.a_over_rs) * rng.uniform(0.85, 1.1)
    radius = np.sqrt(depth) * star.radius * SOLAR_RADIUS
    bound = BOLTZMANN * temperature * radius / (WEIGHT * ATOMIC_MASS * GRAVITATION)
    lightest = bound / LARGEST_SCALE_HEIGHT / JUPITER_MASS
    mass = max(float(np.exp(rng.normal(*LOG_MASS))), lightest)
    return _Draw(
        planet_id=planet_identifier(seed, index),
        star=star,
        orbit=orbit,
        transit_times=_draw_transit_times(rng)[: _VISITS[edition]],
        star_info=start_values(rng, star, orbit, mass),
        electron_scale=_draw_scale(rng, host, edition),
        host=host,
        converters=converters,
        depth=depth,
        mass=mass,
        temperature=float(temperature),
        air=draw_air(rng, star.metallicity, foreign=foreign),
    )


def _draw_scale(rng: np.random.Generator, host: int, edition: Edition) -> float:
    drawn = float(np.clip(np.exp(rng.normal(-0.1, 0.35)), 0.3, 2.5))
    return drawn if edition == "2025" else BRIGHTNESS[host]


def _draw_depth(rng: np.random.Generator, ood: bool, edition: Edition) -> float:
    """Lognormal with mean 0.0147 and sd 0.0107 within 0.0037 to 0.08; ood lies outside.

    In 2024 mean 0.0026 and sd 0.0018 within 0.0004 to 0.0075, as 300 real spectra have.
    """
    if ood:
        return float(np.exp(rng.uniform(np.log(0.001), np.log(0.0037))))
    centre, width, low, high = _DEPTH[edition]
    while True:
        depth = float(np.exp(rng.normal(centre, width)))
        if low <= depth <= high:
            return depth


def _draw_transit_times(rng: np.random.Generator) -> tuple[float, ...]:
    """Mid-transit of one visit, or of two in a tenth of planets; 4 % early or late."""
    visits = 1 + int(rng.random() < 0.1)
    low, high = (1.2, 6.3) if rng.random() < 0.04 else (2.5, 5.0)
    return tuple(float(t) for t in rng.uniform(low, high, visits))


def _spectra(draws: list[_Draw], opacities: Opacities | None) -> FloatArray:
    def column(name: str) -> FloatArray:
        return np.array([getattr(d, name) for d in draws])

    star_radius = np.array([d.star.radius for d in draws]) * SOLAR_RADIUS
    planets = Planets(
        star_radius=star_radius,
        radius=np.sqrt(column("depth")) * star_radius,
        mass=column("mass") * JUPITER_MASS,
        temperature=column("temperature"),
        weight=np.full(len(draws), WEIGHT),
        pressure=np.array([d.air.cloud_pressure for d in draws]),
    )
    composition = Composition(
        amount=np.stack([d.air.amount for d in draws]),
        haze=np.array([d.air.haze for d in draws]),
        grey=np.zeros(len(draws)),
    )
    return channel_depths(planets, composition, opacities)
