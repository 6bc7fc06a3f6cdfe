"""Out-of-fold fits of a training survey: every planet is judged by what others taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.transit import TransitConfig
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.calibration import (
    TransitCalibration,
    calibrated,
    learn_calibration,
)
from spectramind.transit.joint import fit_planet
from spectramind.transit.learning import learn_priors
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingPlanet:
    """One planet with known depths (283,)."""

    planet_id: int
    visits: Sequence[VisitLightCurves]
    star: Star
    depth: FloatArray


@dataclass(frozen=True)
class OutOfFold:
    """Result of a cross-validation, by planet id.

    fits    fit with priors learnt from the other folds
    mean    (283,) after the calibration learnt from the other folds
    sigma   (283,)
    """

    fits: Mapping[int, PlanetFit]
    mean: Mapping[int, FloatArray]
    sigma: Mapping[int, FloatArray]


def folds(planet_ids: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """Planets dealt into `count` folds in ascending order; all visits of a planet stay together."""
    ordered = sorted(planet_ids)
    return [tuple(ordered[i::count]) for i in range(count)]


def first_pass(
    planets: Sequence[TrainingPlanet], generic: TransitPriors, config: TransitConfig
) -> dict[int, PlanetFit]:
    """Fits with generic priors, which never see a depth: what priors are learnt from."""
    return {p.planet_id: fit_planet(p.visits, p.star, generic, config) for p in planets}


def fold_priors(
    planets: Sequence[TrainingPlanet],
    fits: Mapping[int, PlanetFit],
    generic: TransitPriors,
    count: int,
) -> Iterator[tuple[tuple[int, ...], TransitPriors]]:
    """Each fold with the priors that the other folds teach."""
    for fold in folds([p.planet_id for p in planets], count):
        others = [p for p in planets if p.planet_id not in fold]
        yield (
            fold,
            learn_priors(
                fits={p.planet_id: fits[p.planet_id] for p in others},
                depth={p.planet_id: p.depth for p in others},
                stars={p.planet_id: p.star for p in others},
                generic=generic,
                learnt_from="other folds",
            ),
        )


def second_pass(
    planets: Sequence[TrainingPlanet],
    priors: Sequence[tuple[tuple[int, ...], TransitPriors]],
    config: TransitConfig,
) -> dict[int, PlanetFit]:
    """Fits of every planet with the priors of its fold."""
    by_id = {p.planet_id: p for p in planets}
    return {
        planet: fit_planet(by_id[planet].visits, by_id[planet].star, prior, config)
        for fold, prior in priors
        for planet in fold
    }


Learner = Callable[
    [Sequence[DepthPosterior], Sequence[FloatArray], Sequence[Star]], TransitCalibration
]


def calibrate_folds(
    planets: Sequence[TrainingPlanet],
    fits: Mapping[int, PlanetFit],
    count: int,
    learn: Learner = learn_calibration,
) -> OutOfFold:
    """Mean and sigma of every planet, with the calibration that the other folds teach."""
    by_id = {p.planet_id: p for p in planets}
    mean: dict[int, FloatArray] = {}
    sigma: dict[int, FloatArray] = {}
    for fold in folds(list(by_id), count):
        others = [p for p in sorted(by_id) if p not in fold]
        calibration = learn(
            [fits[p].posterior for p in others],
            [by_id[p].depth for p in others],
            [by_id[p].star for p in others],
        )
        for planet in fold:
            star = by_id[planet].star
            mean[planet], sigma[planet] = calibrated(fits[planet].posterior, star, calibration)
    return OutOfFold(fits=fits, mean=mean, sigma=sigma)


def parts_table(errors: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Median and rms over planets of FGS1 error, AIRS mean error and rms AIRS shape error.

    Parameters
    ----------
    errors : truth - mean, (283,) each a planet
    """
    rows = np.array([[abs(e[0]), abs(e[1:].mean()), e[1:].std()] for e in errors])
    return np.median(rows, axis=0), np.sqrt(np.mean(rows**2, axis=0))
