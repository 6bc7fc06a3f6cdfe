"""Priors of star and drift learnt again from the light curves at hand, depths unknown.

A survey that is predicted need not come from the instrument that taught the priors. Its own light
curves tell how its stars darken towards the limb and how its detector drifts, without a single true
depth: these are integrated out of each planet's likelihood under the prior of the spectrum.

Assumption: planets of a survey share stars' limb-darkening trend, the quality of the orbit table
and the detector, and no depth is exchanged between them. Nothing of a planet's true spectrum can
enter, so that it may be used on planets whose depths are hidden.

Each part starts from that prior which the survey's light curves favour. How strongly it is drawn
there is decided by evidence that was held out: either half of the planets is judged by what the
other half teaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.stars import Star
from spectramind.transit.belief import PriorJudgement
from spectramind.transit.evidence import depths_unknown, log_evidence
from spectramind.transit.hierarchy import (
    NuisanceLikelihood,
    Shrinkage,
    learn_nuisance,
    likelihood_evidence,
    nuisance_likelihood,
)
from spectramind.transit.light_information import LightInformation
from spectramind.transit.prior_choices import ADAPTED, Combination, PriorChoices
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]

LEAST_PLANETS = 8
"""Fewer planets teach a covariance less than what was believed before."""
_PLANETS = (1.0, 4.0, 16.0, 64.0)
_VISITS = (0.25, 1.0, 4.0, 16.0)
"""What was believed before may count for so many planets (star) or visits (drift)."""
_JUDGES = 80
"""Planets that decide on the weights; more change nothing."""


@dataclass(frozen=True)
class Adaptation:
    """What a survey has taught about its own nuisance parameters.

    priors     learnt again; the spectrum's part is that of the start
    start      names of the priors that star, drift and spectrum started from
    shrinkage  weight of the start
    planets    that taught
    gain       ln evidence a planet, held out, that learning again brought
    """

    priors: TransitPriors
    start: tuple[str, str, str]
    shrinkage: Shrinkage
    planets: int
    gain: float


def adapt(
    planets: Sequence[NuisanceLikelihood], choices: PriorChoices, start: Combination
) -> Adaptation | None:
    """Priors of star and drift from light curves alone; None where planets are too few.

    Parameters
    ----------
    planets : likelihoods with their depths integrated out, in an order that is always the same
    choices : priors that the planets were fitted with
    start : those that learning starts from, see `favoured`
    """
    if len(planets) < LEAST_PLANETS:
        return None
    before = replace(choices.combined(start), learnt_from=f"{len(planets)} planets, depths unknown")
    shrinkage, gain = held_out_shrinkage(planets, before)
    names = choices.names[start.star], choices.names[start.drift], choices.names[start.depth]
    learnt = learn_nuisance(planets, before, shrinkage)
    return Adaptation(learnt, names, shrinkage, len(planets), gain)


def favoured(judgements: Sequence[PriorJudgement]) -> Combination:
    """For each part the prior with the largest evidence of all planets together."""
    if not judgements:
        return Combination(0, 0, 0)
    total = np.sum([judgement.log_evidence for judgement in judgements], axis=0)
    return Combination(*(int(number) for number in np.argmax(total, axis=1)))


def depths_integrated_out(
    information: LightInformation, star: Star, choices: PriorChoices, start: Combination
) -> NuisanceLikelihood:
    """Likelihood of a planet's nuisance parameters, its depths integrated out.

    Parameters
    ----------
    start : whose prior of the spectrum the depths follow
    """
    basis, before = choices.depth_bases[start.depth], choices.combined(start)
    found = log_evidence(information, before, basis, star, information.drift_size)
    matrix, vector = depths_unknown(information, basis, found.amplitude)
    return nuisance_likelihood(information, matrix, vector, star)


def with_adapted(choices: PriorChoices, adapted: TransitPriors) -> PriorChoices:
    """The choices with what the survey taught before all others."""
    return replace(
        choices,
        names=(ADAPTED, *choices.names),
        priors=(adapted, *choices.priors),
    )


def held_out_shrinkage(
    planets: Sequence[NuisanceLikelihood], before: TransitPriors
) -> tuple[Shrinkage, float]:
    """Weights with the largest held-out evidence, and its gain a planet over `before`."""
    judges = planets[:: max(1, len(planets) // _JUDGES)]
    halves = judges[::2], judges[1::2]

    def evidence(shrinkage: Shrinkage) -> float:
        return sum(
            likelihood_evidence(judged, learn_nuisance(teachers, before, shrinkage))
            for teachers, judged in (halves, halves[::-1])
        )

    best, highest = Shrinkage(_PLANETS[1], _VISITS[1]), -np.inf
    for star in _PLANETS:
        trial = Shrinkage(star, best.drift)
        if (value := evidence(trial)) > highest:
            best, highest = trial, value
    for drift in (_VISITS[0], *_VISITS[2:]):
        trial = Shrinkage(best.star, drift)
        if (value := evidence(trial)) > highest:
            best, highest = trial, value
    return best, (highest - likelihood_evidence(judges, before)) / len(judges)
