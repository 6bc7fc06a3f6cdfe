"""What a report shows of the detector in one visit, read quickly from its light curves' file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.instruments import InstrumentName

FloatArray = NDArray[np.float64]

_PREFIXES: dict[InstrumentName, str] = {"FGS1": "fgs1", "AIRS-CH0": "airs"}


@dataclass(frozen=True)
class HealthOverview:
    """One instrument in one visit; see `DetectorHealth` for what the parts are.

    masked  share of the light curve's samples without a usable value
    """

    instrument: InstrumentName
    masked: float
    bad_pixels: int
    cosmic_rays: int
    time: FloatArray
    foreground: FloatArray
    centroid: FloatArray


def _overview(file: Any, instrument: InstrumentName, prefix: str) -> HealthOverview:
    foreground = file[f"{prefix}_foreground"]
    return HealthOverview(
        instrument=instrument,
        masked=float(np.mean(np.asarray(file[f"{prefix}_mask"]) != 0)),
        bad_pixels=int(np.ravel(foreground.attrs["bad_pixels"])[0]),
        cosmic_rays=int(np.ravel(foreground.attrs["cosmic_rays"])[0]),
        time=np.asarray(file[f"{prefix}_time"], dtype=np.float64),
        foreground=np.asarray(foreground, dtype=np.float64),
        centroid=np.asarray(file[f"{prefix}_centroid"], dtype=np.float64),
    )


def read_health(path: Path) -> tuple[HealthOverview, ...]:
    """Health of both instruments; empty for light curves that were not reduced from frames.

    Raises
    ------
    DataError : no such file, or not one with light curves
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return tuple(
                _overview(file, instrument, prefix)
                for instrument, prefix in _PREFIXES.items()
                if f"{prefix}_foreground" in file
            )
    except (OSError, KeyError, ValueError) as error:
        remedy = "delete the file and reduce the visit again"
        raise DataError(path, "light curves of one visit", str(error), remedy) from error
