"""The resume rule: a product is done when it exists for this configuration and these inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spectramind.provenance.digest import config_hash
from spectramind.provenance.versions import code_digest


def product_attributes(settings: Any, input_digest: str) -> dict[str, str]:
    """Attributes that tie a product to its configuration, its inputs and the code.

    Parameters
    ----------
    settings : the sections of the configuration that determine the product
    input_digest : fingerprint of the files it is made from
    """
    return {
        "config_hash": config_hash(settings),
        "input_digest": input_digest,
        "code_digest": code_digest(),
    }


def is_current(path: Path, attributes: dict[str, str]) -> bool:
    """Whether the netCDF file `path` exists and carries `attributes`."""
    import h5py

    try:
        with h5py.File(path, "r") as product:
            return all(product.attrs.get(key) == value for key, value in attributes.items())
    except OSError:
        return False


def attributes_of(path: Path, *more: str) -> dict[str, str]:
    """What ties the netCDF file `path` to what it was made from; {} without a file.

    Parameters
    ----------
    more : names of further attributes, where it has them
    """
    import h5py

    names = ("config_hash", "input_digest", "code_digest", *more)
    try:
        with h5py.File(path, "r") as product:
            return {name: str(product.attrs[name]) for name in names if name in product.attrs}
    except OSError:
        return {}
