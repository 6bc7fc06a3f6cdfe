"""Planets for the tests of the report, from random numbers."""

from __future__ import annotations

import numpy as np

from spectramind.report.content import (
    Fact,
    HealthCurves,
    Interval,
    Kind,
    Origin,
    PhysicsPosterior,
    PlanetSet,
    WhiteCurves,
)
from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import NaiveModel

WAVELENGTH = np.r_[0.7, np.linspace(1.952, 3.895, 282)]
BINS = 96
NOTES = {"ok": "", "doubtful": "visits_disagree", "fallback": "no frames"}


def _hours(count: int) -> np.ndarray:
    return np.tile((np.arange(BINS) + 0.5) * 7.5 / BINS, (count, 1))


def _series(rng: np.random.Generator, count: int, level: float) -> np.ndarray:
    return level + 0.01 * level * rng.normal(size=(count, BINS)).cumsum(axis=1)


def _white(rng: np.random.Generator, count: int, name: str, share: float) -> WhiteCurves:
    time = _hours(count)
    start, end = 2.0 + rng.uniform(size=(count, 1)), 5.0 + rng.uniform(size=(count, 1))
    depth = rng.uniform(0.005, 0.03, size=(count, 1))
    model = 1 - depth * np.clip(np.minimum(time - start, end - time) / 0.3, 0, 1)
    flux = model + 1.4e-4 * rng.normal(size=model.shape)
    gone = np.arange(count) >= share * count
    flux[gone], model[gone] = np.nan, np.nan
    return WhiteCurves(name, time, flux, model, np.full_like(flux, 1.4e-4))


def _kind(number: int) -> Kind:
    if number % 50 == 7:
        return "fallback"
    return "doubtful" if number % 9 == 4 else "ok"


def random_planets(count: int, seed: int = 0, truth: bool = True) -> PlanetSet:
    """Planets with every part there is; the truth lies where sigma says."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(-4.3, 0.4, size=(count, 1))
    mu = level + 2e-5 * rng.normal(size=(count, 283)).cumsum(axis=1) / 3
    sigma = rng.lognormal(-9.8, 0.3, size=(count, 1)) * np.linspace(1, 2, 283)
    kinds = tuple(
        "fallback" if n % 50 == 7 else "doubtful" if n % 9 == 4 else "ok" for n in range(count)
    )
    health = tuple(
        HealthCurves(
            name,
            _white(rng, count, name, 1).time,
            _series(rng, count, 2.0),
            1e-3 * _series(rng, count, 1.0),
        )
        for name in ("FGS1, visit 0", "AIRS-CH0, visit 0")
    )
    return PlanetSet(
        planet_ids=tuple(str(10_000_000 + 37 * n) for n in range(count)),
        kinds=kinds,
        notes=tuple(NOTES[kind] for kind in kinds),
        wavelength=WAVELENGTH,
        mu=mu,
        sigma=sigma,
        truth=mu + sigma * rng.normal(size=mu.shape) if truth else None,
        naive=NaiveModel(0.0147, 0.0107),
        physics=PhysicsPosterior(
            mu + 0.3 * sigma,
            1.2 * sigma,
            rng.normal(size=(count, 283, 3)),
            rng.uniform(0.1, 0.6, count),
        ),
        white=(
            _white(rng, count, "FGS1, visit 0", 1),
            _white(rng, count, "AIRS-CH0, visit 0", 1),
            _white(rng, count, "FGS1, visit 1", 0.1),
            _white(rng, count, "AIRS-CH0, visit 1", 0.1),
        ),
        health=health,
        stars={"temperature of the star (K)": rng.uniform(3000, 6500, count)},
        intervals=tuple(
            Interval(f"{level:.0%}", width * sigma, level)
            for level, width in ((0.68, 1.0), (0.9, 1.7))
        ),
        violations={"smoothness": 4 * np.clip(rng.normal(size=mu.shape) - 1, 0, None)},
        facts=(Fact("visits", ("1",) * count), Fact("stellar temperature", ("5000 K",) * count)),
    )


def valid(count: int) -> ValidationReport:
    """Verdict on a submission without a fault."""
    return ValidationReport("submission.csv", count, (), {})


ORIGIN = Origin("model:\n  name: physics\n", {"estimator": "physics", "run": "abc123"})
