"""Priors of all parts from planets whose depths are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.stars import Star
from spectramind.transit.adaptation import LEAST_PLANETS, held_out_shrinkage
from spectramind.transit.depth_prior import learn_depth_prior
from spectramind.transit.doubts import doubts_of
from spectramind.transit.hierarchy import depths_known, learn_nuisance
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]


def learn_priors(
    fits: Mapping[int, PlanetFit],
    depth: Mapping[int, FloatArray],
    stars: Mapping[int, Star],
    generic: TransitPriors,
    learnt_from: str,
) -> TransitPriors:
    """Priors from training planets.

    Parameters
    ----------
    fits : by planet id, made with generic priors or others of the same size; fallbacks and
        doubtful ones, whose light curves are not what the model describes, teach nothing
    depth : (283,) true depths by planet id
    stars : table entries by planet id
    generic : where learning starts and what it is drawn towards when planets are few
    learnt_from : how the training set is to be named in the priors

    Raises
    ------
    DataError : fewer than 8 usable planets
    """
    informative = {
        planet: fit.information
        for planet, fit in sorted(fits.items())
        if planet in depth and fit.information is not None and not doubts_of(fit.posterior.flags)
    }
    used = list(informative)
    if len(used) < LEAST_PLANETS:
        found = f"{len(used)} sound joint fits with known depths"
        remedy = "use the generic priors"
        raise DataError(learnt_from, f"at least {LEAST_PLANETS} planets", found, remedy)
    known = [depths_known(said, depth[p], stars[p]) for p, said in informative.items()]
    shrinkage, _ = held_out_shrinkage(known, generic)
    learnt = learn_nuisance(known, generic, shrinkage)
    heat = np.array([stars[p].temperature for p in used])
    return replace(
        learnt,
        depth=learn_depth_prior(np.array([depth[p] for p in used])),
        learnt_from=f"{learnt_from}: {len(used)} planets",
        temperature=(float(heat.mean()), float(heat.std())),
    )
