"""Stage `fit`: light curves of all visits of a planet to a posterior of its depths."""

from __future__ import annotations

from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.provenance.digest import config_hash
from spectramind.provenance.product import is_current, product_attributes
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.product import write_posterior


def fit_planet(task: PlanetTask) -> str:
    """Fit one planet unless its product is current; return the digest of its inputs."""
    config, source = task.config, source_of(task.config)
    star = source.star(task.planet_id)
    digest = config_hash([source.digest(task.planet_id), star])
    settings = {"detector": config.detector, "model": config.model.name}
    attributes = product_attributes(settings, digest)
    path = places(config).posterior(task.planet_id)
    if not is_current(path, attributes):
        posterior = estimate_depths(source.light_curves(task.planet_id), star)
        write_posterior(path, posterior, attributes)
    return digest
