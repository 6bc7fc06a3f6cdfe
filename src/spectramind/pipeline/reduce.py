"""Stage `reduce`: frames of each visit to light curves, one product a visit."""

from __future__ import annotations

from dataclasses import dataclass

from spectramind.conf.schema.config import Config
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.detector.product import read_light_curves, write_light_curves
from spectramind.detector.reduce import reduce_visit
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import (
    PlanetTask,
    Progress,
    for_each_planet,
    selected_planets,
    survey_of,
)
from spectramind.provenance.digest import fingerprint
from spectramind.provenance.product import is_current, product_attributes
from spectramind.provenance.run import Run
from spectramind.survey.discovery import Survey, Visit


def visit_digest(survey: Survey, visit: Visit) -> str:
    """Fingerprint of everything that the light curves of a visit are made from."""
    shared = [survey.root / name for name in ("adc_info.csv", "axis_info.parquet")]
    return fingerprint([*shared, *visit.files()])


def light_curves_of(config: Config, visit: Visit) -> VisitLightCurves:
    """Light curves of one visit: read when the product is current, reduced otherwise."""
    survey = survey_of(config)
    path = places(config).light_curves(visit.planet_id, visit.index)
    attributes = product_attributes(config.detector, visit_digest(survey, visit))
    if not is_current(path, attributes):
        reduced = reduce_visit(visit, survey, config.detector)
        write_light_curves(path, reduced, attributes)
    return read_light_curves(path)


def reduce_planet(task: PlanetTask) -> int:
    """Reduce all visits of one planet; return how many there are."""
    visits = survey_of(task.config).planet(task.planet_id).visits
    for visit in visits:
        light_curves_of(task.config, visit)
    return len(visits)


@dataclass(frozen=True)
class ReduceSummary:
    """What a `reduce` did."""

    planets: int
    visits: int
    failed: dict[int, str]


def reduce_all(config: Config, run: Run, progress: Progress) -> ReduceSummary:
    """Reduce every selected planet; a broken one is recorded and the others go on.

    Raises
    ------
    DataError : the survey cannot be read, or a planet fails under `runtime.strict`
    """
    planets = selected_planets(config)
    visits, errors = for_each_planet(reduce_planet, planets, config, run, progress)
    return ReduceSummary(len(planets), sum(visits.values()), errors)
