"""The joint transit fit of one planet as a product: done once for equal inputs and priors."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.conf.schema.transit import TransitConfig
from spectramind.models.physics import PhysicsModel, generic_model, read_physics_model
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.provenance.digest import config_hash, sha256
from spectramind.provenance.folder_manifest import verify_file
from spectramind.provenance.product import is_current, product_attributes
from spectramind.survey.stars import Star
from spectramind.transit.joint import fit_planet as fit_joint
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.planet_fit_product import write_planet_fit
from spectramind.transit.prior_choices import GENERIC, LEARNT, PriorChoices
from spectramind.transit.priors import TransitPriors, generic_priors, priors_to_json

FloatArray = NDArray[np.float64]


@lru_cache(maxsize=2)
def _model_at(path: Path, name: str, _digest: str) -> PhysicsModel:
    return read_physics_model(path, name)


def physics_model(config: Config) -> PhysicsModel:
    """The physics in `model.ckpt`, read once a process, or the generic one.

    Raises
    ------
    DataError : the checkpoint is missing, damaged, or of another model
    """
    path = checkpoint_of(config)
    if path is None:
        return generic_model(source_of(config).wavelength, config.transit)
    return _model_at(path, config.model.name, checkpoint_digest(config))


@lru_cache(maxsize=2)
def _choices_at(
    path: Path | None, name: str, digest: str, channels: tuple[float, ...], transit: TransitConfig
) -> PriorChoices:
    wavelength, airs = np.array(channels), channels[1:]
    if path is None:
        return PriorChoices((GENERIC,), (generic_model(wavelength, transit).priors,), airs)
    learnt = _model_at(path, name, digest).priors
    return competing(learnt, wavelength, overruled=transit.adapt != "off")


def competing(learnt: TransitPriors, wavelength: FloatArray, overruled: bool) -> PriorChoices:
    """Learnt priors, and the generic ones that may overrule them."""
    generic = generic_priors(wavelength, learnt.orders)
    airs = tuple(wavelength[1:].tolist())
    return PriorChoices((LEARNT, GENERIC), (learnt, generic), airs, overruled)


def prior_choices(config: Config) -> PriorChoices:
    """Priors that compete for every planet: those in `model.ckpt`, if there is one, and generic.

    Raises
    ------
    DataError : the checkpoint is missing, damaged, or of another model
    """
    path = checkpoint_of(config)
    channels = tuple(source_of(config).wavelength.tolist())
    return _choices_at(path, config.model.name, checkpoint_digest(config), channels, config.transit)


def checkpoint_of(config: Config) -> Path | None:
    """The checkpoint that is used: `model.ckpt`, or what the package brings for its model."""
    if config.model.ckpt is None and config.model.name == "v50":
        return Path(str(resources.files("spectramind") / "weights" / "v50.ckpt"))
    return config.model.ckpt


def checkpoint_digest(config: Config) -> str:
    """SHA-256 of the checkpoint; "generic" without one.

    Raises
    ------
    DataError : it lies in a bundled folder whose manifest names another content
    """
    path = checkpoint_of(config)
    if path is None:
        return "generic"
    verify_file(path)
    return sha256(path) if path.is_file() else "missing"


@lru_cache(maxsize=2)
def _priors_digest(path: Path, name: str, digest: str) -> str:
    return config_hash(priors_to_json(_model_at(path, name, digest).priors))


def fit_planet_to(path: Path, task: PlanetTask) -> str:
    """Joint fit of one planet with the priors of the checkpoint; see `fit_joint_to`.

    Models that learnt the same priors share their fits.
    """
    config = task.config
    checkpoint = checkpoint_of(config)
    if checkpoint is None:
        return fit_joint_to(path, task, prior_choices(config), "generic")
    origin = _priors_digest(checkpoint, config.model.name, checkpoint_digest(config))
    return fit_joint_to(path, task, prior_choices(config), origin)


def flagged(fit: PlanetFit, star: Star) -> PlanetFit:
    """The fit with flags for what the star table did not say."""
    flags = (*fit.posterior.flags, *star.flags)
    return replace(fit, posterior=replace(fit.posterior, flags=flags)) if star.flags else fit


def planet_digest(task: PlanetTask) -> str:
    """Digest of everything that a planet's fit is made from: light curves and star."""
    source = source_of(task.config)
    return config_hash([source.digest(task.planet_id), source.star(task.planet_id)])


def fit_attributes(task: PlanetTask, origin: str) -> dict[str, str]:
    """What makes a planet's fit current.

    Parameters
    ----------
    origin : digest of what the priors were read from
    """
    settings = {
        "detector": task.config.detector,
        "transit": task.config.transit,
        "priors": origin,
    }
    return product_attributes(settings, planet_digest(task))


def fit_joint_to(
    path: Path, task: PlanetTask, priors: TransitPriors | PriorChoices, origin: str
) -> str:
    """Joint fit of one planet to `path` unless that is current; return the digest of its inputs.

    Parameters
    ----------
    origin : digest of what the priors were read from
    """
    config, source, digest = task.config, source_of(task.config), planet_digest(task)
    attributes = fit_attributes(task, origin)
    if not is_current(path, attributes):
        curves, star = source.light_curves(task.planet_id), source.star(task.planet_id)
        fit = fit_joint(curves, star, priors, config.transit)
        write_planet_fit(path, flagged(fit, star), attributes)
    return digest
