"""What a survey consists of: planets, their visits, and the files of each visit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.adc_reading import RimSample, decide_reading, rim_sample
from spectramind.survey.axes import Axes, read_axes
from spectramind.survey.calibration import CALIBRATION_FILES
from spectramind.survey.edition import Edition, adc_path, edition_of, star_path, truth_path
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName
from spectramind.survey.signals import check_signal
from spectramind.survey.star_completion import UNKNOWN, completed, without_table
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    Converters,
    Truth,
    read_adc,
    read_planet_adc,
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
    r"(?:signal(?:_(?P<signal>\d{1,4}))?(?P<file>\.parquet)"
    r"|calibration(?:_(?P<calibration>\d{1,4}))?)"
)
_REMEDY = "copy the planet's folder again from the competition's data"
_DECIDING = 3
"""Planets whose frames decide how the converters of all are read."""


@dataclass(frozen=True)
class Visit:
    """One observation of a planet: a signal file and a calibration folder per instrument.

    numbered   whether names of files end in the index, as they do not in the 2024 edition
    """

    planet_id: int
    index: int
    folder: Path
    numbered: bool = True

    def signal(self, name: InstrumentName) -> Path:
        """Parquet file with the frames of one instrument."""
        return self.folder / f"{name}_signal{self._suffix}.parquet"

    def calibration(self, name: InstrumentName) -> Path:
        """Folder with the calibration of one instrument."""
        return self.folder / f"{name}_calibration{self._suffix}"

    @property
    def _suffix(self) -> str:
        return f"_{self.index}" if self.numbered else ""

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
    edition      of the challenge whose layout it has
    adc          converter per instrument, for all planets; empty where each planet has its own
    axes         time and wavelength axes of every visit
    stars        rows of the star table by planet id; may lack planets and values (see `star`)
    planet_adc   converters by planet id, where each planet has its own
    adc_reading  how those were read, as the frames decided
    """

    root: Path
    split: Split
    planet_ids: tuple[int, ...]
    unlisted: tuple[int, ...]
    wavelength: NDArray[np.float64]
    adc: dict[InstrumentName, Adc]
    axes: Axes
    stars: dict[int, Star]
    edition: Edition = "2025"
    planet_adc: dict[int, Converters] = field(default_factory=dict)
    adc_reading: str = ""

    def converter(self, planet_id: int, name: InstrumentName) -> Adc:
        """Converter of one instrument as it was when a planet was observed.

        Raises
        ------
        DataError : each planet has its own, and this one none
        """
        if self.edition == "2025":
            return self.adc[name]
        if planet_id not in self.planet_adc:
            path = adc_path(self.root, self.split)
            raise DataError(path, f"a row for planet {planet_id}", "none", "add its converters")
        return self.planet_adc[planet_id][name]

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
        count, numbered = _count_visits(folder)
        visits = tuple(Visit(planet_id, index, folder, numbered) for index in range(count))
        for visit in visits:
            for file in visit.files():
                if not file.is_file():
                    raise DataError(file, "a parquet file", "no such file", _REMEDY)
        return Planet(planet_id, self.split, visits)

    def star(self, planet_id: int) -> Star:
        """Star of a planet, with something possible in the place of what its row lacks."""
        if self.edition == "2024":
            return without_table()
        return completed(self.stars.get(planet_id, UNKNOWN))

    def truth(self) -> Truth | None:
        """True depths of the training planets; None where their table is absent.

        Raises
        ------
        DataError : the file is there but not as it should be
        """
        path = truth_path(self.root)
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
    edition, stars = edition_of(root), star_path(root, split)
    adc, own, reading = _converters_of(root, split, edition, folders)
    return Survey(
        root=root,
        split=split,
        planet_ids=planet_ids,
        unlisted=tuple(sorted(set(folders) - set(planet_ids))),
        wavelength=read_wavelengths(root / "wavelengths.csv"),
        adc=adc,
        axes=read_axes(root / "axis_info.parquet"),
        stars=read_star_info(stars) if stars else {},
        edition=edition,
        planet_adc=own,
        adc_reading=reading,
    )


def _converters_of(
    root: Path, split: Split, edition: Edition, folders: tuple[int, ...]
) -> tuple[Converters, dict[int, Converters], str]:
    """Converters for all planets or for each, and how the numbers were read."""
    path = adc_path(root, split)
    if edition == "2025":
        return read_adc(path), {}, ""
    stated = read_planet_adc(path)
    samples = list(islice(_rim_samples(root / split, stated, folders), 2 * _DECIDING))
    if not samples:
        expected = f"a planet of {root / split} with converters and frames"
        raise DataError(path, expected, "none", "take tables and frames of the same survey")
    reading = decide_reading(samples)
    own = {
        planet: {name: reading.converter(adc) for name, adc in row.items()}
        for planet, row in stated.items()
    }
    return {}, own, reading.name


def _rim_samples(
    folder: Path, stated: dict[int, Converters], planets: tuple[int, ...]
) -> Iterator[RimSample]:
    """Rim pixels of planets whose files can be read, both instruments of each."""
    for planet in planets:
        visit = Visit(planet, 0, folder / str(planet), numbered=False)
        try:
            yield from [
                rim_sample(visit.signal(name), instrument, stated[planet][name])
                for name, instrument in INSTRUMENTS.items()
            ]
        except (DataError, KeyError):
            continue  # a fault of that planet, which is told where it is worked on


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


def _count_visits(folder: Path) -> tuple[int, bool]:
    """Number of visits of the planet in `folder`, and whether they are numbered, by its names."""
    if not folder.is_dir():
        raise DataError(folder, "the planet's folder", "no such folder", _REMEDY)
    numbers: dict[str, set[int]] = {
        f"{name}_{kind}": set() for name in INSTRUMENTS for kind in ("signal", "calibration")
    }
    plain: set[str] = set()
    for entry in sorted(folder.iterdir()):
        if not (match := _ENTRY.fullmatch(entry.name)):
            continue
        kind = "signal" if match["file"] else "calibration"
        number = match["signal"] or match["calibration"]
        if number is None:
            plain.add(f"{match['instrument']}_{kind}")
            continue
        if number != str(int(number)):
            raise DataError(entry, f"visit {int(number)} once, without zeros", number, _REMEDY)
        numbers[f"{match['instrument']}_{kind}"].add(int(number))
    if plain and not any(numbers.values()):
        return 1, False
    visits = set().union(*numbers.values())
    if not visits:
        raise DataError(folder, "at least one visit", "none", _REMEDY)
    for key, found in numbers.items():
        if missing := sorted(set(range(max(visits) + 1)) - found):
            suffix = ".parquet" if key.endswith("signal") else ""
            file = folder / f"{key}_{missing[0]}{suffix}"
            expected = f"visits 0..{max(visits)} of both instruments"
            raise DataError(file, expected, "no such file or folder", _REMEDY)
    return max(visits) + 1, True
