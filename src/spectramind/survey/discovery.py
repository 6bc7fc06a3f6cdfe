"""What a survey consists of: planets, their visits, and the files of each visit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.axes import Axes, read_axes
from spectramind.survey.calibration import CALIBRATION_FILES
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName
from spectramind.survey.signals import check_signal
from spectramind.survey.star_completion import UNKNOWN, completed
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    Truth,
    read_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
    read_wavelengths,
)

Split = Literal["train", "test"]

_PLANET = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)
"""Plain ids: `007` beside `7` would be one planet twice, and alone no id finds it."""
_ENTRY = re.compile(
    rf"(?P<instrument>{'|'.join(INSTRUMENTS)})_"
    r"(?:signal_(?P<signal>\d{1,4})\.parquet|calibration_(?P<calibration>\d{1,4}))"
)
_REMEDY = "copy the planet's folder again from the competition's data"


@dataclass(frozen=True)
class Visit:
    """One observation of a planet: a signal file and a calibration folder per instrument."""

    planet_id: int
    index: int
    folder: Path

    def signal(self, name: InstrumentName) -> Path:
        """Parquet file with the frames of one instrument."""
        return self.folder / f"{name}_signal_{self.index}.parquet"

    def calibration(self, name: InstrumentName) -> Path:
        """Folder with the calibration of one instrument."""
        return self.folder / f"{name}_calibration_{self.index}"

    def files(self) -> list[Path]:
        """Everything that the visit consists of, in a fixed order (for digests)."""
        files: list[Path] = []
        for name in INSTRUMENTS:
            files.append(self.signal(name))
            files += [self.calibration(name) / f"{part}.parquet" for part in CALIBRATION_FILES]
        return files


@dataclass(frozen=True)
class Planet:
    """One planet of a survey with its visits, index ascending from 0."""

    id: int
    split: Split
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Survey:
    """One split of a survey in the competition's layout.

    planet_ids   train: every folder, ascending; test: the rows of sample_submission.csv, in order
    unlisted     planets with a folder that sample_submission.csv does not list (test only)
    wavelength   (283,) micrometre, ascending
    adc          converter per instrument
    axes         time and wavelength axes of every visit
    stars        rows of the star table by planet id; may lack planets and values (see `star`)
    """

    root: Path
    split: Split
    planet_ids: tuple[int, ...]
    unlisted: tuple[int, ...]
    wavelength: NDArray[np.float64]
    adc: dict[InstrumentName, Adc]
    axes: Axes
    stars: dict[int, Star]

    def planet(self, planet_id: int) -> Planet:
        """Planet with checked files: `locate`, then every signal file against detector and axes.

        Reads only the footers of the signal files. Calibrations are checked where they are read.

        Raises
        ------
        DataError : as `locate`, and all faults of a signal file that its footer shows
        """
        planet = self.locate(planet_id)
        for visit in planet.visits:
            for name, instrument in INSTRUMENTS.items():
                check_signal(visit.signal(name), instrument, self.axes.hours[name].size)
        return planet

    def locate(self, planet_id: int) -> Planet:
        """Planet whose files all exist, without looking into any (fast: for digests and counts).

        Raises
        ------
        DataError : missing folder, signal file, calibration folder or file; visits that are not
            numbered 0, 1, .. or that differ between instruments
        """
        folder = self.root / self.split / str(planet_id)
        visits = tuple(Visit(planet_id, index, folder) for index in range(_count_visits(folder)))
        for visit in visits:
            for file in visit.files():
                if not file.is_file():
                    raise DataError(file, "a parquet file", "no such file", _REMEDY)
        return Planet(planet_id, self.split, visits)

    def star(self, planet_id: int) -> Star:
        """Star of a planet, with something possible in the place of what its row lacks."""
        return completed(self.stars.get(planet_id, UNKNOWN))

    def truth(self) -> Truth | None:
        """True depths of the training planets from train.csv; None where the file is absent.

        Raises
        ------
        DataError : the file is there but not as it should be
        """
        path = self.root / "train.csv"
        return read_truth(path) if path.is_file() else None


def require_folder(root: Path) -> None:
    """See that the folder of a survey is there.

    Raises
    ------
    DataError : it is not, or it is a file
    """
    if not root.is_dir():
        found = "a file" if root.exists() else "no such folder"
        raise DataError(root, "the folder of a survey", found, "correct paths.input")


def open_survey(root: Path, split: Split) -> Survey:
    """Open one split of the survey in folder `root`, reading tables and the list of planets only.

    Raises
    ------
    DataError : a fault that concerns all planets: missing folder or table, wrong header, duplicate
        planet, zero gain, bad axes. Faults of one planet are raised by `Survey.planet`
    """
    require_folder(root)
    folders = _planet_folders(root / split)
    planet_ids = folders
    if split == "test":
        planet_ids = _listed_planets(root, folders)
    return Survey(
        root=root,
        split=split,
        planet_ids=planet_ids,
        unlisted=tuple(sorted(set(folders) - set(planet_ids))),
        wavelength=read_wavelengths(root / "wavelengths.csv"),
        adc=read_adc(root / "adc_info.csv"),
        axes=read_axes(root / "axis_info.parquet"),
        stars=read_star_info(root / f"{split}_star_info.csv"),
    )


def _planet_folders(folder: Path) -> tuple[int, ...]:
    """Ids of the planets with a folder in `folder`, ascending."""
    if not folder.is_dir():
        expected = "a folder with one folder per planet"
        raise DataError(folder, expected, "no such folder", "correct paths.input or data.split")
    names = [entry.name for entry in folder.iterdir() if _PLANET.fullmatch(entry.name)]
    if not names:
        raise DataError(folder, "folders named by planet id", "none", "correct paths.input")
    return tuple(sorted(int(name) for name in names))


def _listed_planets(root: Path, folders: tuple[int, ...]) -> tuple[int, ...]:
    path = root / "sample_submission.csv"
    listed = read_sample_submission(path)
    if not set(listed) & set(folders):
        found = f"none of the {len(folders)} there"
        remedy = "take sample_submission.csv and test/ of the same survey"
        raise DataError(path, f"planets of {root / 'test'}", found, remedy)
    return listed


def _count_visits(folder: Path) -> int:
    """Number of visits of the planet in `folder`, from the names in it."""
    if not folder.is_dir():
        raise DataError(folder, "the planet's folder", "no such folder", _REMEDY)
    numbers: dict[str, set[int]] = {
        f"{name}_{kind}": set() for name in INSTRUMENTS for kind in ("signal", "calibration")
    }
    for entry in sorted(folder.iterdir()):
        if not (match := _ENTRY.fullmatch(entry.name)):
            continue
        kind = "signal" if match["signal"] else "calibration"
        number = match["signal"] or match["calibration"]
        if number != str(int(number)):
            raise DataError(entry, f"visit {int(number)} once, without zeros", number, _REMEDY)
        numbers[f"{match['instrument']}_{kind}"].add(int(number))
    visits = set().union(*numbers.values())
    if not visits:
        raise DataError(folder, "at least one visit", "none", _REMEDY)
    for key, found in numbers.items():
        if missing := sorted(set(range(max(visits) + 1)) - found):
            suffix = ".parquet" if key.endswith("signal") else ""
            file = folder / f"{key}_{missing[0]}{suffix}"
            expected = f"visits 0..{max(visits)} of both instruments"
            raise DataError(file, expected, "no such file or folder", _REMEDY)
    return max(visits) + 1
