"""The CSV tables of a survey: truth, sample submission, stars, wavelengths, converters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.csv_table import read_number_table, read_planet_ids, require_finite
from spectramind.survey.instruments import INSTRUMENTS, N_CHANNELS, InstrumentName
from spectramind.survey.partial import there
from spectramind.survey.row_table import RowTable, read_row_table
from spectramind.survey.stars import STAR_COLUMNS, Star

FloatArray = NDArray[np.float64]

WAVELENGTH_COLUMNS = tuple(f"wl_{channel}" for channel in range(1, N_CHANNELS + 1))
SIGMA_COLUMNS = tuple(f"sigma_{channel}" for channel in range(1, N_CHANNELS + 1))
TRUTH_HEADER = ("planet_id", *WAVELENGTH_COLUMNS)
SUBMISSION_HEADER = ("planet_id", *WAVELENGTH_COLUMNS, *SIGMA_COLUMNS)
STAR_HEADER = ("planet_id", *STAR_COLUMNS)
ADC_HEADER = tuple(f"{name}_adc_{part}" for name in INSTRUMENTS for part in ("offset", "gain"))
PLANET_ADC_HEADER = ("planet_id", *ADC_HEADER, "star")
"""Header of the 2024 edition; `star` says which of its two stars a planet belongs to."""

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
    """Read `train.csv`: planet_id, wl_1..wl_283; planets without all their depths are left out.

    Raises
    ------
    DataError : missing file, wrong header, not one planet whose depths are all known
    """
    rows = read_row_table(path, TRUTH_HEADER).rows
    known = {planet: row for planet, row in rows.items() if np.isfinite(row).all()}
    if not known:
        expected = "a planet with 283 finite depths"
        raise DataError(path, expected, f"none of {len(rows)}", _REMEDY)
    return Truth(tuple(known), np.array(list(known.values()), dtype=np.float64))


def read_sample_submission(path: Path) -> tuple[int, ...]:
    """Planet ids of `sample_submission.csv`, in the order in which a submission must list them.

    Nothing but the ids is asked of it. Of a survey that was fetched in part, those that were.

    Raises
    ------
    DataError : missing file, header other than planet_id, wl_1.., sigma_1.., an id that is none,
        duplicate planet
    """
    return there(path.parent, read_planet_ids(path, SUBMISSION_HEADER))


def read_star_table(path: Path) -> RowTable:
    """Rows of `train_star_info.csv` or `test_star_info.csv` as far as they can be read.

    Raises
    ------
    DataError : missing file, wrong header, not one row that can be read
    """
    return read_row_table(path, STAR_HEADER)


def read_star_info(path: Path) -> dict[int, Star]:
    """Read `train_star_info.csv` or `test_star_info.csv` (ids may be written as floats).

    Values are as the table has them, NaN where a cell says nothing; `star_completion.completed`
    puts something possible in the place of what is missing.

    Raises
    ------
    DataError : missing file, wrong header, not one row that can be read
    """
    return {planet: Star.from_row(row) for planet, row in read_star_table(path).rows.items()}


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


Converters = dict[InstrumentName, Adc]


def read_adc(path: Path) -> Converters:
    """Read `adc_info.csv`: one row with offset and gain of both instruments.

    Raises
    ------
    DataError : missing file, wrong header, more than one row, a gain that is not positive
    """
    table = read_number_table(path, ADC_HEADER)
    require_finite(path, table)
    if len(table.values) != 1:
        raise DataError(path, "one row for all planets", f"{len(table.values)} rows", _REMEDY)
    return _converters(path, dict(zip(table.columns, table.values[0].tolist(), strict=True)))


def read_planet_adc(path: Path) -> dict[int, Converters]:
    """Read `train_adc_info.csv` or `test_adc_info.csv` of the 2024 edition, numbers as stated.

    Raises
    ------
    DataError : missing file, wrong header, duplicate planet, a gain that is not positive
    """
    table = read_number_table(path, PLANET_ADC_HEADER)
    require_finite(path, table)
    return {
        planet: _converters(path, dict(zip(table.columns, row, strict=True)))
        for planet, row in zip(table.planet_ids, table.values.tolist(), strict=True)
    }


def _converters(path: Path, values: dict[str, float]) -> Converters:
    adc = {
        name: Adc(values[f"{name}_adc_offset"], values[f"{name}_adc_gain"]) for name in INSTRUMENTS
    }
    for name, converter in adc.items():
        if converter.gain <= 0.0:
            raise DataError(
                path, f"a positive {name}_adc_gain", f"{converter.gain}", "correct the gain"
            )
    return adc
