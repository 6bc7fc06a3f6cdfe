"""The CSV tables of a survey: truth, sample submission, stars, wavelengths, converters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.csv_table import read_number_table, require_finite
from spectramind.survey.instruments import INSTRUMENTS, N_CHANNELS, InstrumentName
from spectramind.survey.stars import STAR_COLUMNS, Star

FloatArray = NDArray[np.float64]

WAVELENGTH_COLUMNS = tuple(f"wl_{channel}" for channel in range(1, N_CHANNELS + 1))
SIGMA_COLUMNS = tuple(f"sigma_{channel}" for channel in range(1, N_CHANNELS + 1))
TRUTH_HEADER = ("planet_id", *WAVELENGTH_COLUMNS)
SUBMISSION_HEADER = ("planet_id", *WAVELENGTH_COLUMNS, *SIGMA_COLUMNS)
STAR_HEADER = ("planet_id", *STAR_COLUMNS)
ADC_HEADER = tuple(f"{name}_adc_{part}" for name in INSTRUMENTS for part in ("offset", "gain"))

_REMEDY = "restore the file from the competition's data"


@dataclass(frozen=True)
class Truth:
    """True transit depths of the training planets.

    planet_ids   (planet,) in the order of the file
    depth        (planet, 283) (Rp / Rs)^2, channel 0 is FGS1, then AIRS by ascending wavelength
    """

    planet_ids: tuple[int, ...]
    depth: FloatArray


def read_truth(path: Path) -> Truth:
    """Read `train.csv`: planet_id, wl_1..wl_283.

    Raises
    ------
    DataError : missing file, wrong header, duplicate planet, a depth that is no finite number
    """
    table = read_number_table(path, TRUTH_HEADER)
    require_finite(path, table)
    return Truth(table.planet_ids, table.values)


def read_sample_submission(path: Path) -> tuple[int, ...]:
    """Planet ids of `sample_submission.csv`, in the order in which a submission must list them.

    Raises
    ------
    DataError : missing file, header other than planet_id, wl_1.., sigma_1.., duplicate planet
    """
    return read_number_table(path, SUBMISSION_HEADER).planet_ids


def read_star_info(path: Path) -> dict[int, Star]:
    """Read `train_star_info.csv` or `test_star_info.csv` (ids may be written as floats).

    A star with an impossible value stays in the table, as that is a fault of one planet only;
    `Survey.star` refuses it.

    Raises
    ------
    DataError : missing file, wrong header, duplicate planet, text in place of a number
    """
    table = read_number_table(path, STAR_HEADER)
    rows = (Star(*row) for row in table.values.tolist())
    return dict(zip(table.planet_ids, rows, strict=True))


def read_wavelengths(path: Path) -> FloatArray:
    """Wavelength of the 283 channels from `wavelengths.csv`, (channel,) micrometre, ascending.

    Raises
    ------
    DataError : missing file, wrong header, more than one row, values that do not ascend
    """
    table = read_number_table(path, WAVELENGTH_COLUMNS)
    require_finite(path, table)
    if len(table.values) != 1:
        raise DataError(path, "one row", f"{len(table.values)} rows", _REMEDY)
    wavelength: FloatArray = table.values[0]
    if not (wavelength[0] > 0.0 and np.all(np.diff(wavelength) > 0.0)):
        raise DataError(path, "positive ascending wavelengths", "other values", _REMEDY)
    return wavelength


def read_adc(path: Path) -> dict[InstrumentName, Adc]:
    """Read `adc_info.csv`: one row with offset and gain of both instruments.

    Raises
    ------
    DataError : missing file, wrong header, more than one row, a gain that is not positive
    """
    table = read_number_table(path, ADC_HEADER)
    require_finite(path, table)
    if len(table.values) != 1:
        raise DataError(path, "one row for all planets", f"{len(table.values)} rows", _REMEDY)
    values = dict(zip(table.columns, table.values[0].tolist(), strict=True))
    adc = {
        name: Adc(values[f"{name}_adc_offset"], values[f"{name}_adc_gain"]) for name in INSTRUMENTS
    }
    for name, converter in adc.items():
        if converter.gain <= 0.0:
            raise DataError(
                path, f"a positive {name}_adc_gain", f"{converter.gain}", "correct the gain"
            )
    return adc
