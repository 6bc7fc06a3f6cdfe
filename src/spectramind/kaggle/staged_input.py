"""The input folder of a rehearsal: a survey as Kaggle shows it, without copying its frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError
from spectramind.survey.edition import TRUTH
from spectramind.survey.tables import read_sample_submission

_TABLES = ("adc_info.csv", "axis_info.parquet", "wavelengths.csv", *TRUTH.values(),
           "train_star_info.csv", "train_adc_info.csv")  # fmt: skip
SAMPLE = "sample_submission.csv"
_BY_PLANET = (SAMPLE, "test_star_info.csv", "test_adc_info.csv")
"""Tables with a row for each test planet."""


@dataclass(frozen=True)
class TestPlanet:
    """A planet as the notebook will see it.

    name    id in the tables and of its folder
    origin  id in the survey that its frames come from
    fgs1    id in the survey that its FGS1 frames come from, where that is another planet; it then
            has one visit
    """

    name: int
    origin: int
    fgs1: int | None = None

    def sources(self, test: Path) -> list[Path]:
        """Files and folders below `test` that it is made of."""
        if self.fgs1 is None:
            return list((test / str(self.origin)).iterdir())
        airs, fgs1 = test / str(self.origin), test / str(self.fgs1)
        return [*_first_visit(airs, "AIRS-CH0"), *_first_visit(fgs1, "FGS1")]


def _first_visit(folder: Path, instrument: str) -> list[Path]:
    """Entries of one instrument's first visit, numbered or not."""
    names = re.compile(rf"{instrument}_(signal|calibration)(_0)?(\.parquet)?")
    return [entry for entry in folder.iterdir() if names.fullmatch(entry.name)]


def _row(table: str, planet: TestPlanet, rows: dict[int, str]) -> str:
    """What a table says of a planet; converters are those of the frames' own planets."""
    if planet.fgs1 is None or table != "test_adc_info.csv":
        return rows[planet.origin]
    return ",".join(rows[planet.fgs1].split(",")[:2] + rows[planet.origin].split(",")[2:])


def hidden_planets(survey: Path) -> tuple[int, ...]:
    """Test planets of a survey, in the order of its sample submission.

    Raises
    ------
    DataError : it has no frames of a test split
    """
    if not (survey / "test").is_dir():
        found = "no such folder"
        remedy = "make one with `spectramind simulate sim.level=frames`"
        raise DataError(survey / "test", "frames of test planets", found, remedy)
    return read_sample_submission(survey / SAMPLE)


def _rows(table: Path) -> tuple[str, dict[int, str]]:
    """Header of a CSV file, and the rest of each row by planet id (which may be a float)."""
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(",") for line in lines if line)
    return header, {int(float(planet)): rest for planet, _, rest in pairs}


def stage_input(folder: Path, survey: Path, planets: Sequence[TestPlanet], seen_as: Path) -> None:
    """Fill `folder` with the competition's files for `planets`, in this order; no truth.

    Parameters
    ----------
    seen_as : where the survey lies for whoever reads the folder; links point there
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        if (survey / name).is_file():
            (folder / name).symlink_to(seen_as / name)
    if (survey / "train").is_dir():
        (folder / "train").symlink_to(seen_as / "train")
    (folder / "test").mkdir()
    for planet in planets:
        target = folder / "test" / str(planet.name)
        target.mkdir()
        for entry in planet.sources(survey / "test"):
            (target / entry.name).symlink_to(seen_as / entry.relative_to(survey))
    for table in _BY_PLANET:
        if not (survey / table).is_file():
            continue  # another edition's
        header, rows = _rows(survey / table)
        # Star tables are sorted by planet, the sample is in the order asked for.
        order = planets if table == SAMPLE else sorted(planets, key=lambda p: p.name)
        lines = [f"{planet.name},{_row(table, planet, rows)}" for planet in order]
        (folder / table).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
