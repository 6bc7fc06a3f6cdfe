"""Relative light of a star with a transiting planet, at the instants that the detectors sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.instrument import Instrument
from spectramind.simulator.limb_darkening import (
    LimbDeparture,
    draw_departure,
    star_coefficients,
)
from spectramind.simulator.limb_laws import LIMB_LAWS, LimbLaw, limb_flux, nearest_law
from spectramind.simulator.population import SimulatedPlanet
from spectramind.simulator.star_spots import (
    Features,
    brightness_contrast,
    draw_features,
    feature_light,
)
from spectramind.transit.orbit import Orbit, separation

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class StellarSurface:
    """What one star looks like during all visits.

    law         limb-darkening law that its light follows
    departure   of its limb darkening from that of model atmospheres
    features    spots and faculae, or None
    """

    law: LimbLaw
    departure: LimbDeparture
    features: Features | None


def draw_surface(
    rng: np.random.Generator, planet: SimulatedPlanet, instrument: Instrument, spots: bool
) -> StellarSurface:
    """Draw what is not fixed by the star's temperature and gravity."""
    departure = draw_departure(rng, planet.star.temperature, instrument.limb)
    drawn = LIMB_LAWS[int(rng.integers(len(LIMB_LAWS)))]
    law = drawn if instrument.law == "mixed" else instrument.law
    features = None
    if spots:
        features = draw_features(rng, planet.star.temperature, planet.orbit.impact)
    return StellarSurface(law, departure, features)


def profile_coefficients(
    planet: SimulatedPlanet, surface: StellarSurface, wavelength: FloatArray
) -> FloatArray:
    """(4, channel) four-parameter law of the profile that the star's own law approximates."""
    star = planet.star
    return star_coefficients(wavelength, star.temperature, star.logg, surface.departure)


def relative_light(
    planet: SimulatedPlanet,
    surface: StellarSurface,
    mid_transit: float,
    hours: FloatArray,
    wavelength: FloatArray,
    depth: FloatArray,
) -> FloatArray:
    """Light of the star over that of the spotless star out of transit.

    Parameters
    ----------
    mid_transit : hour from the start of the visit
    hours : (time,) sampling instants
    wavelength : (channel,) micrometre
    depth : (channel,) square of the radius ratio

    Returns
    -------
    (time, channel)
    """
    orbit = Orbit.from_inclination(
        mid_transit, planet.orbit.period, planet.orbit.a_over_rs, planet.orbit.inclination
    )
    z, k = separation(hours, orbit), np.sqrt(depth)
    profile = profile_coefficients(planet, surface, wavelength)
    flux = limb_flux(surface.law, z, k, nearest_law(surface.law, profile))
    if surface.features is None:
        return flux
    star_temperature = planet.star.temperature
    contrast = brightness_contrast(wavelength, surface.features.temperature, star_temperature)
    quadratic = nearest_law("quadratic", profile)
    path = _planet_path(hours, orbit, z)
    return flux + feature_light(surface.features, path, float(k.mean()), contrast, quadratic)


def _planet_path(hours: FloatArray, orbit: Orbit, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(time,) position before the star in stellar radii: x along the transit, y = impact."""
    phase = 2.0 * np.pi * (hours - orbit.t0) / orbit.period
    y = np.where(np.isfinite(z), orbit.impact * np.cos(phase), np.inf)
    return np.where(np.isfinite(z), orbit.a_over_rs * np.sin(phase), np.inf), y
