"""Stage `fit`: light curves of all visits of a planet to a posterior of its depths."""

from __future__ import annotations

from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask, survey_of
from spectramind.pipeline.reduce import light_curves_of, visit_digest
from spectramind.provenance.digest import config_hash
from spectramind.provenance.product import is_current, product_attributes
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.product import write_posterior


def fit_planet(task: PlanetTask) -> str:
    """Fit one planet unless its product is current; return the digest of its inputs."""
    config, survey = task.config, survey_of(task.config)
    visits = survey.planet(task.planet_id).visits
    star = survey.star(task.planet_id)
    digest = config_hash([star, *(visit_digest(survey, visit) for visit in visits)])
    settings = {"detector": config.detector, "model": config.model.name}
    attributes = product_attributes(settings, digest)
    path = places(config).posterior(task.planet_id)
    if not is_current(path, attributes):
        light_curves = [light_curves_of(config, visit) for visit in visits]
        write_posterior(path, estimate_depths(light_curves, star), attributes)
    return digest
