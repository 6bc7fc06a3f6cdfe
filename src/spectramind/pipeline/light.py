"""Stage before every baseline: the first look at a planet, as a product."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from spectramind.errors import DataError
from spectramind.models.light_features import LightFeatures, light_features
from spectramind.pipeline.fit import planet_digest
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.product import is_current, product_attributes
from spectramind.transit.in_transit_ratio import transit_ratio
from spectramind.transit.plain_doubts import looked_at

FLAGS = "flags"


def look_at_planet(task: PlanetTask) -> str:
    """Write the features of one planet unless they are current; return its inputs' digest.

    Raises
    ------
    DataError : its light curves show nothing
    """
    config, digest = task.config, planet_digest(task)
    path = places(config).light(task.planet_id)
    attributes = product_attributes({"detector": config.detector, "light": True}, digest)
    if not is_current(path, attributes):
        source = source_of(config)
        star, visits = source.star(task.planet_id), source.light_curves(task.planet_id)
        flags, visits = looked_at(visits, star)
        features = light_features(transit_ratio(visits), star)
        if not np.isfinite(features.values).all():
            name = f"light curves of planet {task.planet_id}"
            raise DataError(name, "usable samples around a dip", "none", "look at its frames")
        _write(path, features, attributes | {FLAGS: " ".join(flags)})
    return digest


def _write(path: Path, features: LightFeatures, attributes: dict[str, str]) -> None:
    import xarray as xr

    dataset = xr.Dataset(
        {
            "features": ("feature", features.values, {"long_name": "first look at the planet"}),
            "white": ((), features.white, {"units": "1", "long_name": "AIRS white depth"}),
        },
        attrs=attributes,
    )
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf")


def read_flags(path: Path) -> str:
    """Flags that `look_at_planet` raised, as text.

    Raises
    ------
    DataError : the file is missing or damaged
    """
    import h5py

    try:
        with h5py.File(path, "r") as product:
            return str(product.attrs[FLAGS])
    except (OSError, KeyError, ValueError) as error:
        remedy = "delete it; it will be made again"
        raise DataError(path, "flags of a planet", str(error), remedy) from error


def read_look(path: Path) -> LightFeatures:
    """Read what `look_at_planet` wrote.

    Raises
    ------
    DataError : the file is missing or damaged
    """
    import h5py

    try:
        with h5py.File(path, "r") as product:
            return LightFeatures(np.asarray(product["features"]), float(product["white"][()]))
    except (OSError, KeyError, ValueError) as error:
        remedy = "delete it; it will be made again"
        raise DataError(path, "features of a planet", str(error), remedy) from error


def stacked(looks: Iterable[LightFeatures]) -> tuple[np.ndarray, np.ndarray]:
    """(planet, feature) features and (planet,) white depths."""
    rows = list(looks)
    return np.stack([look.values for look in rows]), np.array([look.white for look in rows])
