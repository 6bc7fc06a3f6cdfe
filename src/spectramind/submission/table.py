"""The submission table: 283 depths and their standard deviations for each planet, as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path
from spectramind.survey.csv_table import read_number_table, require_finite
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.tables import SUBMISSION_HEADER

FloatArray = NDArray[np.float64]

COLUMNS = SUBMISSION_HEADER
"""The 567 columns of a submission, in the order that the official score reads them by."""


@dataclass(frozen=True)
class SubmissionTable:
    """Spectra as they are handed in.

    planet_ids   (planet,) in the order of the rows
    mu           (planet, 283) transit depth (Rp/Rs)^2; channel 0 is FGS1, then AIRS ascending
    sigma        (planet, 283) standard deviation of `mu`
    """

    planet_ids: tuple[int, ...]
    mu: FloatArray
    sigma: FloatArray

    def __post_init__(self) -> None:
        """Check that the three fields agree in shape, and that no planet occurs twice."""
        shape = (len(self.planet_ids), N_CHANNELS)
        for name, values in (("mu", self.mu), ("sigma", self.sigma)):
            if values.shape != shape:
                remedy = "give one row a planet and one column a channel"
                raise DataError(f"submission {name}", f"shape {shape}", f"{values.shape}", remedy)
        if len(set(self.planet_ids)) != len(self.planet_ids):
            remedy = "keep one row a planet"
            raise DataError("submission", "different planet ids", "a duplicate", remedy)


def write_submission(path: Path, table: SubmissionTable) -> None:
    """Write `table` as CSV, atomically; equal tables give equal bytes.

    Every number is written with the fewest digits that read back as the same float64.

    Raises
    ------
    OutputError : `path` cannot be written
    """
    values = np.hstack([table.mu, table.sigma])
    frame = pl.DataFrame(values, schema=list(COLUMNS[1:]), orient="row").insert_column(
        0, pl.Series("planet_id", table.planet_ids, dtype=pl.Int64)
    )
    with atomic_path(path) as temporary:
        frame.write_csv(temporary, line_terminator="\n")


def read_submission(path: Path) -> SubmissionTable:
    """Read a submission of 567 finite columns in their official order.

    Raises
    ------
    DataError : `path` is missing or is not such a table
    """
    if not path.is_file():
        raise DataError(path, "a submission table", "no such file", "correct the path")
    try:
        table = read_number_table(path, COLUMNS)
        require_finite(path, table)
    except DataError as error:
        remedy = "run `spectramind validate` on it, which names every fault"
        raise DataError(path, error.expected, error.found, remedy) from error
    return SubmissionTable(
        table.planet_ids, table.values[:, :N_CHANNELS], table.values[:, N_CHANNELS:]
    )
