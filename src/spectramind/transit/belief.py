"""What is believed of a planet once its light curves have judged the priors.

The prior is a mixture over combinations of parts. Every combination has a Gaussian posterior and a
weight, its evidence; the posterior is the mixture of these, of which mean and covariance are kept.
A part that the light curves contradict thus loses its say smoothly, planet by planet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from spectramind.survey.stars import Star
from spectramind.transit.evidence import (
    PriorEvidence,
    depths_unknown,
    evidences,
    log_evidence,
    log_sum,
    posterior,
    prior_distance,
)
from spectramind.transit.gaussian import marginalise
from spectramind.transit.light_information import LightInformation
from spectramind.transit.nuisance_prior import nuisance_prior
from spectramind.transit.prior_choices import PARTS, Combination, PriorChoices
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_NEGLIGIBLE = 0.01
"""Weight below which a combination is left out of the mixture."""
_CONTRADICTED = -10.0


@dataclass(frozen=True)
class PriorJudgement:
    """What the light curves of a planet say of what was believed before.

    names         of the priors, the preferred one first, the generic one last
    log_evidence  (part, prior) of a part taken from a prior, relative to the generic one, whatever
                  the other parts are
    weight        (part, prior) of the mixture
    distance      (part,) squared distance of the light curves from the preferred prior in its
                  predictive scatter; NaN for the spectrum
    freedom       (part,) what is expected of it
    """

    names: tuple[str, ...]
    log_evidence: FloatArray
    weight: FloatArray
    distance: FloatArray
    freedom: FloatArray

    @property
    def contradicted(self) -> tuple[str, ...]:
        """Parts of the preferred prior that the light curves rule out."""
        return tuple(
            part
            for part, row in zip(PARTS, self.log_evidence, strict=True)
            if row[0] - row[-1] < _CONTRADICTED
        )


@dataclass(frozen=True)
class Belief:
    """Posterior of one planet over all priors.

    depth       (283,)
    covariance  (283, 283)
    nuisance    (nuisance,) posterior mean, orbit relative to the table
    matrix      (leading, leading) precision of depths and nuisance parameters under the weightiest
                combination, no prior of the spectrum
    about_depth (283, 283) the same of the depths alone
    judgement   of the priors; None where there was no choice
    """

    depth: FloatArray
    covariance: FloatArray
    nuisance: FloatArray
    matrix: FloatArray
    about_depth: FloatArray
    judgement: PriorJudgement | None


def believe(information: LightInformation, choices: PriorChoices, star: Star) -> Belief:
    """Posterior of depths and nuisance parameters over all combinations of priors."""
    if len(choices.priors) == 1:
        basis = choices.depth_bases[0]
        size = information.drift_size
        given = log_evidence(information, choices.priors[0], basis, star, size)
        return _mixed(information, choices, star, {Combination(0, 0, 0): given}, None)
    found = evidences(information, choices, star)
    judgement = _judged(information, choices, star, found)
    if not choices.overruled:
        found = {Combination(0, 0, 0): found[Combination(0, 0, 0)]}
    return _mixed(information, choices, star, found, judgement)


def _mixed(
    information: LightInformation,
    choices: PriorChoices,
    star: Star,
    found: Mapping[Combination, PriorEvidence],
    judgement: PriorJudgement | None,
) -> Belief:
    """Mean and covariance of the mixture of the posteriors that have any weight."""
    total = log_sum([e.log_evidence for e in found.values()])
    weights = {c: float(np.exp(e.log_evidence - total)) for c, e in found.items()}
    kept = [choice for choice in found if weights[choice] > _NEGLIGIBLE]
    share = np.array([weights[choice] for choice in kept])
    share /= share.sum()
    parts = [posterior(found[choice], choices.depth_bases[choice.depth]) for choice in kept]
    depths = np.array([depth for depth, _, _ in parts])
    depth = share @ depths
    covariance = (depths - depth).T @ (share[:, None] * (depths - depth))
    for weight, (_, own, _) in zip(share, parts, strict=True):
        covariance += weight * own
    first = kept[int(np.argmax(share))]
    matrix = _precision(information, choices.combined(first), star, found[first].drift_size)
    return Belief(
        depth=information.centre + depth,
        covariance=covariance,
        nuisance=share @ np.array([nuisance for _, _, nuisance in parts]),
        matrix=matrix,
        about_depth=_about_depth(information, matrix),
        judgement=judgement,
    )


def likeliest(information: LightInformation, choices: PriorChoices, star: Star) -> Combination:
    """The combination with the largest evidence."""
    if len(choices.priors) == 1 or not choices.overruled:
        return Combination(0, 0, 0)
    found = evidences(information, choices, star)
    return max(found, key=lambda choice: found[choice].log_evidence)


def _precision(
    information: LightInformation, priors: TransitPriors, star: Star, drift_size: FloatArray
) -> FloatArray:
    """(leading, leading) precision of depths and nuisance parameters, no prior of the spectrum."""
    layout = information.layout
    precision, _ = nuisance_prior(layout, priors, star, drift_size, information.scale_spread)
    nuisance, depth = layout.nuisance, layout.depth
    matrix = np.empty((layout.leading, layout.leading))
    matrix[np.ix_(depth, depth)] = information.depth_matrix
    matrix[np.ix_(nuisance, depth)] = information.cross
    matrix[np.ix_(depth, nuisance)] = information.cross.T
    matrix[np.ix_(nuisance, nuisance)] = information.matrix + precision
    return matrix


def _about_depth(information: LightInformation, matrix: FloatArray) -> FloatArray:
    """(283, 283) information about the depths, nuisance parameters integrated out."""
    nuisance = information.layout.nuisance
    factor = cholesky(matrix[np.ix_(nuisance, nuisance)], lower=True, check_finite=False)
    half = solve_triangular(factor, information.cross, lower=True, check_finite=False)
    return np.asarray(information.depth_matrix - half.T @ half)


def _judged(
    information: LightInformation,
    choices: PriorChoices,
    star: Star,
    found: Mapping[Combination, PriorEvidence],
) -> PriorJudgement:
    """Evidence part by part; a prior that shares a part with one before it has its evidence."""
    count = len(choices.priors)
    values = np.full((len(PARTS), count), -np.inf)
    for part in range(len(PARTS)):
        for number in range(count):
            own = [e.log_evidence for c, e in found.items() if c[part] == number]
            values[part, number] = log_sum(own) if own else values[part, 0]
    total = np.array([log_sum(row.tolist()) for row in values])
    distance, freedom = _distances(information, choices, star, found)
    return PriorJudgement(
        names=choices.names,
        log_evidence=values - values[:, -1:],
        weight=np.exp(values - total[:, None]),
        distance=distance,
        freedom=freedom,
    )


def _distances(
    information: LightInformation,
    choices: PriorChoices,
    star: Star,
    found: Mapping[Combination, PriorEvidence],
) -> tuple[FloatArray, FloatArray]:
    """Of star and drift from the preferred prior, all else by the likeliest combination."""
    best = max(found, key=lambda choice: found[choice].log_evidence)
    chosen, preferred = found[best], choices.priors[0]
    basis = choices.depth_bases[best.depth]
    matrix, vector = depths_unknown(information, basis, chosen.amplitude)
    layout = information.layout
    spread = information.scale_spread
    other, shift = nuisance_prior(layout, choices.combined(best), star, chosen.drift_size, spread)
    own, centre = nuisance_prior(layout, preferred, star, chosen.drift_size, spread)
    drift = [part for v in range(layout.visits) for part in layout.drift_places(v)]
    distance, freedom = np.full(len(PARTS), np.nan), np.full(len(PARTS), np.nan)
    for row, places in enumerate((layout.star_places, np.concatenate(drift))):
        rest = np.setdiff1d(np.arange(vector.size), places)
        given = matrix.copy()
        given[np.ix_(rest, rest)] += other[np.ix_(rest, rest)]
        right = vector.copy()
        right[rest] += other[np.ix_(rest, rest)] @ shift[rest]
        about, told = marginalise(given, right, places)
        covariance: FloatArray = np.asarray(np.linalg.inv(own[np.ix_(places, places)]), np.float64)
        distance[row], freedom[row] = prior_distance(about, told, centre[places], covariance)
    return distance, freedom
