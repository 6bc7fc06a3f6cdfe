"""What the planets of a survey teach about each other's star and drift, and their fits with it.

Fits come first, planet by planet. Then all of them together teach priors of star and drift, depths
unknown, and every fit is judged again with these before all others. A survey that names families
(`families.csv`) is several instruments, each of which teaches itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.pipeline.fit import prior_choices
from spectramind.pipeline.places import places, required
from spectramind.pipeline.planets import PlanetTask, Progress, for_each_planet
from spectramind.pipeline.prior_report import PriorReport, reported
from spectramind.pipeline.sources import source_of
from spectramind.provenance.digest import sha256
from spectramind.provenance.product import attributes_of
from spectramind.provenance.run import Run
from spectramind.survey.families import read_families
from spectramind.transit.adaptation import (
    Adaptation,
    adapt,
    depths_integrated_out,
    favoured,
    with_adapted,
)
from spectramind.transit.hierarchy import NuisanceLikelihood
from spectramind.transit.planet_fit_product import (
    read_judgement,
    read_planet_fit,
    write_planet_fit,
)
from spectramind.transit.prior_choices import PriorChoices
from spectramind.transit.priors import TransitPriors, read_priors, write_priors
from spectramind.transit.refinement import refined

ADAPTED = "adapted_priors"
"""Attribute of a fit: digest of the priors that its survey taught, `NONE` where it taught none."""
NONE = "none"


@dataclass(frozen=True)
class SurveyPriors:
    """What a survey said about the priors that its planets were fitted with.

    reports  one entry a family; a survey without families is one
    failed   reason by planet id
    """

    reports: tuple[PriorReport, ...]
    failed: dict[int, str]


NO_PRIORS = SurveyPriors((), {})
"""Of models that believe nothing before they see light curves."""


def families_of(config: Config, planets: Sequence[int]) -> dict[str, list[int]]:
    """Planets by the family that the survey names, ascending; one nameless family without names."""
    named = read_families(required(config.paths.input, "paths.input")) or {}
    families: dict[str, list[int]] = {}
    for planet in sorted(planets):
        families.setdefault(named.get(planet, ""), []).append(planet)
    return dict(sorted(families.items()))


def learn_from_survey(
    config: Config, planets: Sequence[int], choices: PriorChoices, fits: Path
) -> tuple[Adaptation | None, PriorReport]:
    """What planets of one instrument teach, and what they say of the priors of their fits.

    Parameters
    ----------
    planets : that were fitted
    choices : priors of their fits
    fits : folder of the fits

    Raises
    ------
    DataError : a fit cannot be read
    """
    ordered = sorted(planets)
    said = [read_judgement(fits / f"{p}.nc") for p in ordered]
    judgements = [judgement for judgement in said if judgement is not None]
    start = favoured(judgements)
    likelihoods: dict[int, NuisanceLikelihood] = {}
    source = source_of(config)
    for planet in ordered:
        information = read_planet_fit(fits / f"{planet}.nc").information
        if information is not None:
            star = source.star(planet)
            likelihoods[planet] = depths_integrated_out(information, star, choices, start)
    found = adapt(list(likelihoods.values()), choices, start)
    listed = {p: likelihoods[p] for p in source.planet_ids if p in likelihoods}
    return found, reported(judgements, listed, choices, found)


@lru_cache(maxsize=64)
def _priors_at(path: Path, _digest: str) -> TransitPriors:
    return read_priors(path)


def refine(task: PlanetTask, fits: Path, adapted: Path | None) -> str:
    """Judge a planet's fit again with what its survey taught; see `refine_fit`."""
    path = fits / f"{task.planet_id}.nc"
    return refine_fit(task, path, prior_choices(task.config), adapted)


def refine_fit(task: PlanetTask, path: Path, choices: PriorChoices, adapted: Path | None) -> str:
    """Judge the fit at `path` again unless that was done; return the digest of the priors.

    Parameters
    ----------
    choices : priors of the fit
    adapted : file of the priors that the planet's survey taught, if it taught any
    """
    digest = _wanted(adapted)
    if not _stale(path, digest):
        return digest
    if adapted is not None:
        choices = with_adapted(choices, _priors_at(adapted, digest))
    star = source_of(task.config).star(task.planet_id)
    fit = refined(read_planet_fit(path), star, choices)
    write_planet_fit(path, fit, attributes_of(path) | {ADAPTED: digest})
    return digest


def _wanted(adapted: Path | None) -> str:
    return sha256(adapted) if adapted is not None else NONE


def _stale(path: Path, digest: str) -> bool:
    """Whether the posterior at `path` follows other priors of the survey than these."""
    return attributes_of(path, ADAPTED).get(ADAPTED, NONE) != digest


def adapt_survey(
    config: Config, planets: Sequence[int], run: Run, progress: Progress
) -> SurveyPriors:
    """Let the fitted planets of a survey teach each other, if the configuration wants it.

    Parameters
    ----------
    planets : that were fitted
    """
    where = places(config)
    choices = prior_choices(config)
    reports, files = [], dict[int, Path | None]()
    for name, members in families_of(config, planets).items():
        found, report = learn_from_survey(config, members, choices, where.fits)
        file = None
        if found is not None and config.transit.adapt == "survey":
            file = where.adapted(name)
            write_priors(file, found.priors)
        reports.append(replace(report, family=name))
        files |= dict.fromkeys(members, file)
    failed: dict[int, str] = {}
    if config.transit.adapt == "survey":
        for file in dict.fromkeys(files.values()):
            digest = _wanted(file)
            some = [p for p in planets if files[p] == file and _stale(where.posterior(p), digest)]
            if not some:
                continue
            work = partial(refine, fits=where.fits.absolute(), adapted=file and file.absolute())
            _, wrong = for_each_planet(work, some, config, run, progress)
            failed |= wrong
    return SurveyPriors(tuple(reports), failed)
