"""Stage `fit`: light curves of all visits of a planet to a posterior of its depths."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError
from spectramind.models.physics import PhysicsModel, generic_model, read_physics_model
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.provenance.digest import config_hash, sha256
from spectramind.provenance.product import is_current, product_attributes
from spectramind.transit.joint import fit_planet as fit_joint
from spectramind.transit.planet_fit_product import write_planet_fit
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.priors import TransitPriors
from spectramind.transit.product import write_posterior

FloatArray = NDArray[np.float64]


@lru_cache(maxsize=2)
def _model_at(path: Path, _digest: str) -> PhysicsModel:
    return read_physics_model(path)


def physics_model(config: Config, wavelength: FloatArray) -> PhysicsModel:
    """The model in `model.ckpt`, read once a process, or the generic one.

    Raises
    ------
    DataError : the checkpoint is missing, damaged, or of another model
    """
    path = config.model.ckpt
    return (
        _model_at(path, checkpoint_digest(config))
        if path
        else generic_model(wavelength, config.transit)
    )


def checkpoint_digest(config: Config) -> str:
    """SHA-256 of the checkpoint; "generic" without one.

    Raises
    ------
    ConfigurationError : a checkpoint is given to an estimator that has nothing to learn
    """
    path = config.model.ckpt
    if path is None:
        return "generic"
    if config.model.name == "polynomial":
        raise ConfigurationError("model.ckpt: model=polynomial takes none; use model=physics")
    return sha256(path) if path.is_file() else "missing"


def check_model(config: Config) -> None:
    """Read the model before the first planet does: a wrong path is no fault of any planet.

    Raises
    ------
    DataError : the checkpoint is missing, damaged, or of another model
    ConfigurationError : a checkpoint is given to an estimator that has nothing to learn
    """
    checkpoint_digest(config)
    if config.model.name == "physics":
        physics_model(config, source_of(config).wavelength)


def planet_digest(task: PlanetTask) -> str:
    """Digest of everything that a planet's fit is made from: light curves and star."""
    source = source_of(task.config)
    return config_hash([source.digest(task.planet_id), source.star(task.planet_id)])


def fit_planet(task: PlanetTask) -> str:
    """Fit one planet unless its product is current; return the digest of its inputs."""
    config = task.config
    path = places(config).posterior(task.planet_id)
    if config.model.name == "physics":
        priors = physics_model(config, source_of(config).wavelength).priors
        return fit_joint_to(path, task, priors, checkpoint_digest(config))
    digest = planet_digest(task)
    attributes = product_attributes({"detector": config.detector, "model": "polynomial"}, digest)
    if not is_current(path, attributes):
        source = source_of(config)
        curves, star = source.light_curves(task.planet_id), source.star(task.planet_id)
        write_posterior(path, estimate_depths(curves, star), attributes)
    return digest


def fit_joint_to(path: Path, task: PlanetTask, priors: TransitPriors, origin: str) -> str:
    """Joint fit of one planet to `path` unless that is current; return the digest of its inputs.

    Parameters
    ----------
    origin : digest of what the priors were read from
    """
    config, source, digest = task.config, source_of(task.config), planet_digest(task)
    settings = {"detector": config.detector, "transit": config.transit, "priors": origin}
    attributes = product_attributes(settings, digest)
    if not is_current(path, attributes):
        curves, star = source.light_curves(task.planet_id), source.star(task.planet_id)
        write_planet_fit(path, fit_joint(curves, star, priors, config.transit), attributes)
    return digest
