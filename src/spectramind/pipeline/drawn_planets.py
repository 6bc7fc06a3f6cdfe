"""What networks learn from beside the known planets: spectra measured with their light curves.

Most of the spectra are the simulator's, some are known ones, as another planet's light curves would
have measured them. Only planets whose fit went well lend their light curves.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.train_physics import PhysicsTraining
from spectramind.simulator.population import draw_planets
from spectramind.survey.instruments import N_CHANNELS
from spectramind.training.drawn_planets import DRAWN, DrawnPlanets
from spectramind.transit.spectrum_measurement import information_vectors, posteriors

FloatArray = NDArray[np.float64]

_FOREIGN = 0.25
"""Share of the drawn spectra that lie outside the training range: a guard against surprises."""
_KNOWN = 0.25
"""Share of the measurements that are of known spectra."""
_POPULATION_SEED = 1_000_003


def drawn_spectra(config: Config) -> FloatArray:
    """(population, 283) spectra of the simulator's planets; none where there is no pretraining."""
    count = config.train.population if config.train.pretrain else 0
    foreign = round(_FOREIGN * count)
    seed = _POPULATION_SEED + config.train.seed
    planets = draw_planets(seed, range(count - foreign))
    planets += draw_planets(seed, range(count - foreign, count), "ood")
    return np.array([planet.spectrum for planet in planets]).reshape(count, N_CHANNELS)


def _lenders(physics: PhysicsTraining, planets: tuple[int, ...]) -> list[int]:
    """Rows of the planets whose light curves are lent: those without a flag, if there are any."""
    told = [i for i, p in enumerate(planets) if physics.fits[p].depth_information is not None]
    return [i for i in told if not physics.fits[planets[i]].posterior.flags] or told


def _measured(
    spectra: FloatArray, physics: PhysicsTraining, planet: int, unit: FloatArray, seed: int
) -> tuple[FloatArray, ...]:
    """What the light curves of a planet make of spectra: depth, ln errors, correlation; ppm."""
    information = physics.fits[planet].depth_information
    assert information is not None
    excess = float(physics.taught[planet].factors.mean())
    rng = np.random.default_rng((seed, planet))
    vectors = information_vectors(spectra, information, excess, rng)
    found = posteriors(physics.priors[planet].depth, unit, information, vectors)
    depth = found.depth + spectra[:, 1:].mean(axis=1, keepdims=True)
    parts = np.column_stack([found.sigma[:, 0], found.airs_mean, found.airs_shape])
    return 1e6 * depth, np.log(1e6 * found.sigma), np.log(1e6 * parts), found.correlation


def drawn_planets(
    config: Config, physics: PhysicsTraining, planets: tuple[int, ...], known: FloatArray
) -> DrawnPlanets:
    """Measurements of drawn and of known spectra, as many by every lender.

    Parameters
    ----------
    planets : that networks learn from, in the order of their rows
    known : (planet, 283) their depths
    """
    train, lenders = config.train, _lenders(physics, planets)
    drawn, wavelength = drawn_spectra(config), source_of(config).wavelength[1:]
    spectra = np.concatenate([known, drawn])
    each = math.ceil(train.measurements / len(lenders))
    own = round(_KNOWN * each) if len(drawn) else each
    rng = np.random.default_rng(train.seed)
    units = {id(p): p.depth.unit_covariance(wavelength) for p in physics.priors.values()}
    chosen, columns = [], []
    for row in lenders:
        planet = planets[row]
        rows = np.concatenate(
            [
                rng.integers(len(known), size=own),
                rng.integers(len(known), len(spectra), size=each - own),
            ]
        )
        unit = units[id(physics.priors[planet])]
        measured = _measured(spectra[rows], physics, planet, unit, train.seed)
        kinds = (np.float32, np.float16, np.float16, np.float32)
        columns.append([m.astype(kind) for m, kind in zip(measured, kinds, strict=True)])
        chosen.append(rows)
    depth, total, parts, correlation = (
        torch.from_numpy(np.concatenate(column)) for column in zip(*columns, strict=True)
    )
    origin = np.concatenate([np.arange(len(known)), np.full(len(drawn), DRAWN)])
    factors = np.array([physics.taught[planet].factors for planet in planets])
    return DrawnPlanets(
        lender=torch.from_numpy(np.repeat(lenders, each)),
        spectrum=torch.from_numpy(np.concatenate(chosen)),
        depth=depth,
        ln_total=total,
        ln_parts=parts,
        correlation=correlation,
        spectra=torch.from_numpy(1e6 * spectra).float(),
        origin=torch.from_numpy(origin),
        factors=torch.from_numpy(factors).float(),
    )
