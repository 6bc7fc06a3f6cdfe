"""What an inference could reach that knows a simulated planet's orbit, limb darkening and drift.

The simulator draws a planet from the seed and its number alone, so that its truth is drawn again.
The light curves are divided by their true drift and pointing, and the joint inference runs with
priors that hold orbit and limb darkening at the truth: noise, levels and mid-times are left.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench._inference_table import configuration
from spectramind.conf.schema.config import Config
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.simulator.light_curves import profile_coefficients
from spectramind.simulator.limb_laws import darkening, nearest_law
from spectramind.simulator.planet_products import (
    SimulationTask,
    scene_settings,
    unocculted_light,
)
from spectramind.simulator.population import SimulatedPlanet
from spectramind.simulator.scene import planet_surface
from spectramind.survey.stars import Star
from spectramind.transit.drift_priors import DriftPriors
from spectramind.transit.joint import fit_planet
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.priors import TransitPriors

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(64)
_MU = 0.5 * (_NODE + 1.0)
_HELD = 1e-6
_NO_DRIFT = 1e-8


def star_truth(
    config: SimulatorConfig,
    planet: SimulatedPlanet,
    star: Star,
    priors: TransitPriors,
    wavelength: np.ndarray,
) -> np.ndarray:
    """(star,) limb darkening as Legendre series, and orbit relative to the star table."""
    surface = planet_surface(scene_settings(config, 0), planet)
    profile = profile_coefficients(planet, surface, wavelength)
    law = nearest_law(surface.law, profile)
    terms = three_terms(darkening(surface.law, law, _MU))
    place = np.linspace(-1.0, 1.0, wavelength.size - 1)
    order = priors.orders.limb
    airs = np.polynomial.legendre.legfit(place, terms[:, 1:].T, order)
    table = abs(star.semi_major_axis * np.cos(np.radians(star.inclination)))
    orbit = [
        np.log(planet.orbit.a_over_rs / star.semi_major_axis),
        planet.orbit.impact - min(float(table), 1.0),
    ]
    return np.concatenate([airs.ravel(), terms[:, 0], orbit])


def three_terms(lost: np.ndarray) -> np.ndarray:
    """(3, channel) u1, u2, u3 of the inference's law nearest to (mu, channel) lost brightness.

    The law is 1 - u1 (1 - mu) - u2 (1 - mu)^2 - u3 (1 - sqrt(mu)); weights are mu d mu.
    """
    basis = np.stack([1.0 - _MU, (1.0 - _MU) ** 2, 1.0 - np.sqrt(_MU)], axis=1)
    root = np.sqrt(_MU * _WEIGHT)[:, None]
    return np.asarray(np.linalg.lstsq(basis * root, lost * root, rcond=None)[0])


def without_drift(
    config: Config, planet: SimulatedPlanet, curves: VisitLightCurves
) -> VisitLightCurves:
    """Light curves of one visit divided by what they would be without planet and noise."""
    task = SimulationTask(Path(), config.sim, config.detector, {}, 0)

    def divided(curve: LightCurve) -> LightCurve:
        light = unocculted_light(task, planet, curves.visit, curve.instrument).flux
        factor = light / light.mean(axis=0)
        return replace(curve, flux=curve.flux / factor, variance=curve.variance / factor**2)

    return replace(curves, fgs1=divided(curves.fgs1), airs=divided(curves.airs))


def oracle_fit(
    config: Config,
    planet: SimulatedPlanet,
    visits: list[VisitLightCurves],
    star: Star,
    priors: TransitPriors,
) -> PlanetFit:
    """Fit one planet with everything known but its depths, levels and mid-times."""
    wavelength = np.concatenate([visits[0].fgs1.wavelength, visits[0].airs.wavelength])
    truth = star_truth(config.sim, planet, star, priors, wavelength)
    held = replace(
        priors,
        star_mean=np.column_stack([truth, np.zeros(truth.size)]),
        star_scatter=_HELD**2 * np.eye(truth.size),
        drift=DriftPriors(
            departure=_NO_DRIFT**2 * np.eye(priors.orders.airs),
            gain_time=_NO_DRIFT**2 * np.eye(priors.orders.time),
            fgs1=_NO_DRIFT**2 * np.eye(priors.orders.time),
            gain_colour=priors.drift.gain_colour,
        ),
        learnt_from="the truth",
    )
    clean = [without_drift(config, planet, visit) for visit in visits]
    return fit_planet(clean, star, held, configuration())
