"""What the network reads of each planet: the FGS1 sequence as a product, all of it as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.fgs1_sequence import TOKEN_FEATURES, fgs1_sequence
from spectramind.models.fit_features import fit_features
from spectramind.models.network_input import NetworkInput, network_input
from spectramind.pipeline.fit import planet_digest
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.digest import sha256
from spectramind.provenance.product import is_current, product_attributes
from spectramind.survey.stars import Star
from spectramind.transit.calibration import TransitCalibration, corrected_mean
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.planet_fit_product import read_planet_fit

FloatArray = NDArray[np.float64]

VISITS = 2
"""Visits of a planet whose FGS1 light curves are read; the competition has no more."""
_NAME = "sequence"


def write_sequence(task: PlanetTask, fit: Path) -> str:
    """Write the FGS1 sequences of a fitted planet unless they are current.

    Returns the digest of the planet's light curves and star.
    """
    import h5py

    config, planet = task.config, task.planet_id
    path, digest = places(config).sequence(planet), planet_digest(task)
    settings = {"detector": config.detector, "samples": config.model.samples, "fit": sha256(fit)}
    attributes = product_attributes(settings, digest)
    if is_current(path, attributes):
        return digest
    known = read_planet_fit(fit)
    shape = (VISITS, config.model.samples, len(TOKEN_FEATURES))
    sequence = np.zeros(shape)
    if known.posterior.estimator == "joint":
        curves = {c.visit: c.fgs1 for c in source_of(config).light_curves(planet)}
        sequence = fgs1_sequence(curves, known, config.model.samples, VISITS)
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as product:
        product.create_dataset(_NAME, data=sequence.astype(np.float32))
        product.attrs.update({**attributes, "features": ", ".join(TOKEN_FEATURES)})
    return digest


def read_sequence(path: Path) -> FloatArray:
    """(visit, sample, TOKEN_FEATURES) as `write_sequence` wrote it.

    Raises
    ------
    DataError : missing or damaged
    """
    import h5py

    try:
        with h5py.File(path, "r") as product:
            return np.asarray(product[_NAME][()], dtype=np.float64)
    except (OSError, KeyError) as error:
        remedy = "delete it and run the verb again"
        raise DataError(path, "an FGS1 sequence", str(error), remedy) from error


def input_of(
    config: Config, fit: PlanetFit, star: Star, calibration: TransitCalibration
) -> NetworkInput:
    """Network input of a planet whose transit was found by the joint inference."""
    planet = fit.posterior.planet_id
    if config.model.mamba:
        sequence = read_sequence(places(config).sequence(planet))
    else:
        sequence = np.zeros((VISITS, 1, len(TOKEN_FEATURES)))
    mean = corrected_mean(fit.posterior, star, calibration)
    return network_input(fit.posterior, mean, fit_features(fit, star), sequence, calibration)
