"""What the light curves of a survey say about the priors that a checkpoint brought, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.adaptation import Adaptation
from spectramind.transit.belief import PriorJudgement
from spectramind.transit.hierarchy import NuisanceLikelihood, visit_sizes
from spectramind.transit.list_shift import list_shift
from spectramind.transit.nuisance_prior import star_mean
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.prior_choices import LEARNT, PARTS, PriorChoices
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]

_STAR, _DRIFT, _SPECTRUM = PARTS
_FAR = 2.0
"""Scatters; a mean that lies farther off is told."""
_OTHER_STARS = 2.0
"""Standard deviations of the teachers' temperatures, over the square root of the planets."""
_LEAST_KELVIN = 150.0


@dataclass(frozen=True)
class PriorReport:
    """One instrument's planets on the priors of their fits.

    family        name in `families.csv`, empty without one
    planets       that were fitted by the joint inference
    contradicted  planets that rule a part of the learnt prior out, by part
    log_evidence  ln evidence of the learnt part over the generic one, all planets, by part
    distance      median squared distance from the learnt part over what is expected, by part
    adapted       planets that taught star and drift again; 0 where they did not
    lines         the same for people
    """

    family: str
    planets: int
    contradicted: dict[str, int]
    log_evidence: dict[str, float]
    distance: dict[str, float]
    adapted: int
    lines: tuple[str, ...]


def reported(
    judgements: Sequence[PriorJudgement],
    likelihoods: Mapping[int, NuisanceLikelihood],
    choices: PriorChoices,
    adaptation: Adaptation | None,
) -> PriorReport:
    """Summary of one instrument.

    Parameters
    ----------
    judgements : of the planets' fits
    likelihoods : by planet id, in the order of the list
    choices : priors of the fits
    adaptation : what the survey taught, if it did
    """
    contradicted = {
        part: sum(part in judgement.contradicted for judgement in judgements) for part in PARTS
    }
    evidence, distance = dict[str, float](), dict[str, float]()
    for row, part in enumerate(PARTS):
        if judgements:
            evidence[part] = float(sum(j.log_evidence[row, 0] for j in judgements))
            ratios = [j.distance[row] / max(j.freedom[row], 1e-9) for j in judgements]
            if np.isfinite(ratios).all():
                distance[part] = float(np.median(ratios))
    lines = _part_lines(judgements, contradicted, evidence, choices, likelihoods, adaptation)
    lines += _list_lines(likelihoods, adaptation.priors if adaptation else choices.priors[0])
    count = adaptation.planets if adaptation else 0
    return PriorReport("", len(likelihoods), contradicted, evidence, distance, count, tuple(lines))


def _part_lines(
    judgements: Sequence[PriorJudgement],
    contradicted: Mapping[str, int],
    evidence: Mapping[str, float],
    choices: PriorChoices,
    likelihoods: Mapping[int, NuisanceLikelihood],
    adaptation: Adaptation | None,
) -> list[str]:
    learnt = choices.names[0] == LEARNT
    again = f"learnt again from {adaptation.planets} planets, depths unknown" if adaptation else ""
    lines = _star_lines(choices.priors[0], likelihoods) if learnt else []
    for part in PARTS:
        said = []
        if learnt and judgements:
            each = evidence[part] / len(judgements)
            said.append("as learnt" if each > 0 else "generic rather than learnt")
            said.append(f"ln evidence {each:+.1f} a planet")
        if adaptation and part == _STAR and learnt:
            said += _offsets(choices.priors[0], adaptation.priors, likelihoods)
        if contradicted[part]:
            said.append(f"overruled in {contradicted[part]} of {len(judgements)} planets")
        if again and part != _SPECTRUM:
            said.append(again)
        if said:
            lines.append(f"{part}: {'; '.join(said)}")
    return lines


def _temperatures(likelihoods: Mapping[int, NuisanceLikelihood]) -> FloatArray:
    return np.array([known.star.temperature for known in likelihoods.values()])


def _star_lines(learnt: TransitPriors, likelihoods: Mapping[int, NuisanceLikelihood]) -> list[str]:
    """Whether the stars are like those that taught."""
    if not likelihoods:
        return []
    mean, spread = learnt.temperature
    here = float(_temperatures(likelihoods).mean())
    least = max(_LEAST_KELVIN, _OTHER_STARS * spread / np.sqrt(len(likelihoods)))
    if abs(here - mean) < least:
        return []
    word = "hotter" if here > mean else "cooler"
    return [f"stars: {abs(here - mean):.0f} K {word} than those that taught ({mean:.0f} K)"]


def star_names(orders: DriftOrders) -> list[str]:
    """Names of the star's parameters in their order."""
    terms = ("u1", "u2", "u3")
    airs = [
        f"{term} AIRS" if order == 0 else f"{term} AIRS, order {order} in wavelength"
        for order in range(orders.limb + 1)
        for term in terms
    ]
    return [*airs, *(f"{term} FGS1" for term in terms), "ln a/R*", "impact"]


def _offsets(
    learnt: TransitPriors,
    adapted: TransitPriors,
    likelihoods: Mapping[int, NuisanceLikelihood],
) -> list[str]:
    """The parameter whose mean lies farthest from the learnt one, if it is far."""
    stars = [known.star for known in likelihoods.values()]
    moved = np.mean([star_mean(adapted, s) - star_mean(learnt, s) for s in stars], axis=0)
    scatters = moved / np.sqrt(np.diag(learnt.star_scatter))
    worst = int(np.argmax(np.abs(scatters)))
    if abs(scatters[worst]) < _FAR:
        return []
    return [f"{abs(scatters[worst]):.1f} scatters off in {star_names(learnt.orders)[worst]}"]


def _list_lines(likelihoods: Mapping[int, NuisanceLikelihood], priors: TransitPriors) -> list[str]:
    """Whether drift grows or falls along the list of planets."""
    planets = list(likelihoods)
    sizes = [visit_sizes(known, priors) for known in likelihoods.values()]
    lines = []
    for part, name in ((1, "AIRS"), (2, "FGS1")):
        values = np.array([float(np.mean(-0.5 * np.log(size[:, part]))) for size in sizes])
        shift = list_shift(values)
        if shift is not None:
            ratio = float(np.exp(abs(shift.difference)))
            word = "larger" if shift.difference > 0 else "smaller"
            lines.append(
                f"drift of {name}: at least {ratio:.1f} times {word} from planet "
                f"{planets[shift.place]} on ({shift.place + 1} of {len(planets)} in the list)"
            )
    return lines


def prior_lines(reports: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The words of all reports, as `predict.json` keeps them."""
    for report in reports:
        start = f"{report['family']}, " if report["family"] else ""
        yield from (f"{start}{line}" for line in report["lines"])
