"""Configuration, priors and draws from the prior for tests of the joint inference."""

from __future__ import annotations

from importlib import resources

import numpy as np
import yaml
from numpy.typing import NDArray
from transit_scenes import AIRS_UM, STAR

from spectramind.conf.schema.transit import TransitConfig
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.survey.instruments import InstrumentName
from spectramind.transit.channel_transit import channel_transit
from spectramind.transit.normal_equations import colour_basis, time_basis
from spectramind.transit.orbit import Orbit
from spectramind.transit.parameter_layout import DriftOrders, ParameterLayout
from spectramind.transit.priors import TransitPriors, generic_priors, regressors

FloatArray = NDArray[np.float64]

CONFIG = TransitConfig.model_validate(
    yaml.safe_load(resources.files("spectramind.conf").joinpath("transit/default.yaml").read_text())
)
ORDERS = DriftOrders(CONFIG.drift_order, CONFIG.drift_colours, CONFIG.limb_order)
WAVELENGTH = np.concatenate([[0.7], AIRS_UM])
PRIORS = generic_priors(WAVELENGTH, ORDERS)


def _draw(rng: np.random.Generator, covariance: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.cholesky(covariance) @ rng.standard_normal(len(covariance)))


def _curve(
    name: InstrumentName, flux: FloatArray, level: FloatArray, noise: FloatArray
) -> LightCurve:
    time = (np.arange(flux.shape[0]) + 0.5) * 7.5 / flux.shape[0]
    wavelength = WAVELENGTH[:1] if name == "FGS1" else WAVELENGTH[1:]
    variance = np.broadcast_to((noise * level) ** 2, flux.shape).copy()
    return LightCurve(
        name, time, wavelength, flux * level, variance, np.zeros(flux.shape, bool), 15
    )


def _airs_drift(rng: np.random.Generator, priors: TransitPriors) -> FloatArray:
    """(time x colour,) separable drift whose factor in wavelength has unit length, and the rest."""
    colour = _draw(rng, priors.drift.gain_colour)
    separable = np.outer(_draw(rng, priors.drift.gain_time), colour / np.linalg.norm(colour))
    return np.asarray(separable.ravel() + _draw(rng, priors.drift.departure))


def draw_from_prior(
    seed: int, priors: TransitPriors = PRIORS
) -> tuple[VisitLightCurves, FloatArray]:
    """One visit whose every parameter is drawn from the priors, and its depths (283,)."""
    rng = np.random.default_rng([2025, seed])
    layout = ParameterLayout(priors.orders, 1)
    mean = priors.star_mean @ regressors(STAR, priors.star_mean.shape[1])
    star = np.zeros(layout.size)
    star[layout.star] = mean + _draw(rng, priors.star_scatter)
    amplitude = float(np.exp(rng.normal(*priors.depth.log_amplitude)))
    unit = priors.depth.unit_covariance(AIRS_UM)
    covariance = amplitude**2 * unit + 1e-16 * np.eye(283)
    covariance[0, 0] += priors.depth.offset**2
    depth = rng.uniform(0.004, 0.03) + _draw(rng, covariance)
    impact = STAR.semi_major_axis * np.cos(np.radians(STAR.inclination))
    log_a = np.log(STAR.semi_major_axis) + star[layout.orbit[0]]
    t0 = rng.uniform(2.8, 4.7)
    orbit = Orbit(
        t0, 24.0 * STAR.period, float(np.exp(log_a)), float(impact + star[layout.orbit[1]])
    )
    time = (np.arange(375) + 0.5) * 7.5 / 375
    basis = time_basis(time, priors.orders.time)[:, 1:]
    curves: list[LightCurve] = []
    level = 1.2e5 * np.exp(-1.2 * (AIRS_UM - 1.95))
    for name, electrons, drift, limb, depths in (
        ("AIRS-CH0", level, _airs_drift(rng, priors), layout.limb_airs, depth[1:]),
        ("FGS1", np.array([2.7e5]), _draw(rng, priors.drift.fgs1), layout.limb_fgs1, depth[:1]),
    ):
        size = np.sqrt(4.0 / rng.chisquare(4.0))
        coefficients = size * drift.reshape(priors.orders.time, -1)
        colours = colour_basis(electrons.size, coefficients.shape[1] - 1)
        limbs = colour_basis(electrons.size, limb.shape[0] - 1) @ star[limb]
        flux = channel_transit(time, orbit, depths, limbs).flux
        noise = np.sqrt(1.0 / (15.0 * electrons)) + 1e-4
        flux = flux * (1.0 + basis @ coefficients @ colours.T)
        flux = flux + noise * np.sqrt(flux) * rng.standard_normal(flux.shape)
        curves.append(_curve("FGS1" if name == "FGS1" else "AIRS-CH0", flux, electrons, noise))
    return VisitLightCurves(seed, 0, curves[1], curves[0]), depth
