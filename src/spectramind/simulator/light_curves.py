"""Relative light of a star with a transiting planet, at the instants that the detectors sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.limb_darkening import (
    four_parameter_coefficients,
    quadratic_coefficients,
)
from spectramind.simulator.population import SimulatedPlanet
from spectramind.simulator.star_spots import (
    Features,
    brightness_contrast,
    draw_features,
    feature_light,
)
from spectramind.transit.light_curve import quadratic_flux
from spectramind.transit.orbit import Orbit, separation
from spectramind.transit.radial_light_curve import nonlinear_flux

FloatArray = NDArray[np.float64]
LimbDarkening = Literal["quadratic", "four_parameter"]


@dataclass(frozen=True)
class StellarSurface:
    """What one star looks like during all visits.

    law         limb-darkening law that its light follows
    offset      departure of its limb darkening from the mean of stars like it
    features    spots and faculae, or None
    """

    law: LimbDarkening
    offset: tuple[float, float]
    features: Features | None


def draw_surface(
    rng: np.random.Generator, planet: SimulatedPlanet, law: LimbDarkening, spots: bool
) -> StellarSurface:
    """Draw what is not fixed by the star's temperature and gravity."""
    offset = (0.05 * float(rng.standard_normal()), 0.02 * float(rng.standard_normal()))
    features = None
    if spots:
        features = draw_features(rng, planet.star.temperature, planet.orbit.impact)
    return StellarSurface(law, offset, features)


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
    star = planet.star
    quadratic = quadratic_coefficients(wavelength, star.temperature, star.logg, surface.offset)
    if surface.law == "quadratic":
        flux = quadratic_flux(z, k, quadratic[0], quadratic[1])
    else:
        flux = nonlinear_flux(z, k, four_parameter_coefficients(quadratic, wavelength))
    if surface.features is None:
        return flux
    contrast = brightness_contrast(wavelength, surface.features.temperature, star.temperature)
    path = _planet_path(hours, orbit, z)
    return flux + feature_light(surface.features, path, float(k.mean()), contrast, quadratic)


def _planet_path(hours: FloatArray, orbit: Orbit, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(time,) position before the star in stellar radii: x along the transit, y = impact."""
    phase = 2.0 * np.pi * (hours - orbit.t0) / orbit.period
    y = np.where(np.isfinite(z), orbit.impact * np.cos(phase), np.inf)
    return np.where(np.isfinite(z), orbit.a_over_rs * np.sin(phase), np.inf), y
