"""The diagnostic table: violation of every constraint, planet by planet and bin by bin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.provenance.atomic import atomic_path
from spectramind.symbolic.alignment import explained_share
from spectramind.symbolic.constraints import NAMES, violations

FloatArray = NDArray[np.float64]

FILE_NAME = "symbolic.nc"
_LEAST_SHARE = 0.01  # of sigma that is taken to be independent between channels


@dataclass(frozen=True)
class SymbolicTable:
    """What the constraints say about the spectra of a survey.

    planet_ids   (planet,)
    constraints  names, as in `constraints.NAMES`
    total        (constraint, planet) violation; 1 is what white noise of the stated sigma gives
    per_bin      (constraint, planet, 283) the same for each channel
    explained    (planet,) share of the AIRS structure that molecular shapes explain
    """

    planet_ids: tuple[int, ...]
    constraints: tuple[str, ...]
    total: FloatArray
    per_bin: FloatArray
    explained: FloatArray


def symbolic_table(
    planet_ids: tuple[int, ...], mu: FloatArray, sigma: FloatArray, sigma_common: FloatArray
) -> SymbolicTable:
    """Diagnose spectra.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    sigma_common : (planet,) part of sigma that all AIRS channels share: it bends no spectrum
    """
    independent = np.sqrt(
        np.maximum(sigma**2 - sigma_common[:, None] ** 2, (_LEAST_SHARE * sigma) ** 2)
    )
    found = violations(mu, independent)
    return SymbolicTable(
        planet_ids=planet_ids,
        constraints=NAMES,
        total=np.stack([found[name].total for name in NAMES]),
        per_bin=np.stack([found[name].per_bin for name in NAMES]),
        explained=explained_share(mu),
    )


def write_symbolic(path: Path, table: SymbolicTable, attributes: Mapping[str, str]) -> None:
    """Write the table as netCDF, atomically; equal tables give equal bytes."""
    import xarray as xr

    text = "square of what should not be there, over noise and tolerance"
    share = "share of the AIRS structure that molecular shapes explain"
    dataset = xr.Dataset(
        {
            "total": (("constraint", "planet"), table.total, {"units": "1", "long_name": text}),
            "per_bin": (
                ("constraint", "planet", "channel"),
                table.per_bin,
                {"units": "1", "long_name": text},
            ),
            "explained": ("planet", table.explained, {"units": "1", "long_name": share}),
        },
        coords={
            "planet": np.array(table.planet_ids, dtype=np.int64),
            "constraint": list(table.constraints),
        },
        attrs=dict(attributes),
    )
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf")
