"""A survey whose light curves are there already: one file a visit, beside the tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.errors import DataError
from spectramind.provenance.digest import fingerprint
from spectramind.survey.discovery import Split
from spectramind.survey.edition import star_path
from spectramind.survey.star_completion import UNKNOWN, completed, without_table
from spectramind.survey.stars import Star
from spectramind.survey.tables import read_sample_submission, read_star_info, read_wavelengths


@dataclass(frozen=True)
class VisitFile:
    """File `<planet>_<visit>` of a folder."""

    planet_id: int
    visit: int
    path: Path


@dataclass(frozen=True)
class Layout:
    """How light curves lie in a folder, and how one file is read.

    folder  of the split
    suffix  of the files
    tables  files beside those of the visits that light curves are made from
    """

    folder: Path
    suffix: str
    read: Callable[[VisitFile], VisitLightCurves]
    tables: tuple[Path, ...] = ()


@dataclass(frozen=True)
class LightCurveFiles:
    """One split of a survey of light curves; a pipeline source.

    planet_ids   train: ascending; test: in the order of sample_submission.csv
    wavelength   (283,) micrometre
    stars        rows of the star table; None in an edition that has none
    """

    planet_ids: tuple[int, ...]
    wavelength: NDArray[np.float64]
    stars: dict[int, Star] | None
    files: dict[int, list[VisitFile]]
    layout: Layout

    def star(self, planet_id: int) -> Star:
        """Star of a planet, with something possible in the place of what its row lacks."""
        if self.stars is None:
            return without_table()
        return completed(self.stars.get(planet_id, UNKNOWN))

    def digest(self, planet_id: int) -> str:
        """Fingerprint of the planet's files, and of what they share with others."""
        return fingerprint([*self.layout.tables, *(file.path for file in self._files(planet_id))])

    def light_curves(self, planet_id: int) -> list[VisitLightCurves]:
        """Light curves of all visits of a planet, or a DataError."""
        return [self.layout.read(file) for file in self._files(planet_id)]

    def _files(self, planet_id: int) -> list[VisitFile]:
        if planet_id not in self.files:
            expected = f"light curves {planet_id}_<visit>{self.layout.suffix}"
            remedy = "reduce or export the planet's visits"
            raise DataError(self.layout.folder, expected, "none", remedy)
        return self.files[planet_id]


def open_light_curves(root: Path, split: Split, layout: Layout) -> LightCurveFiles:
    """Open a survey of light curves with the competition's tables in `root`.

    Raises
    ------
    DataError : a table or the split's folder is missing or damaged
    """
    if not layout.folder.is_dir():
        remedy = "export the visits"
        raise DataError(layout.folder, "a folder of light curves", "no such folder", remedy)
    name = re.compile(
        rf"(0|[1-9]\d{{0,17}})_(0|[1-9]\d{{0,3}}){re.escape(layout.suffix)}", re.ASCII
    )
    files: dict[int, list[VisitFile]] = defaultdict(list)
    for path in layout.folder.iterdir():
        if match := name.fullmatch(path.name):
            files[int(match[1])].append(VisitFile(int(match[1]), int(match[2]), path))
    for visits in files.values():
        visits.sort(key=lambda file: file.visit)
    planets = tuple(sorted(files))
    if split == "test":
        planets = read_sample_submission(root / "sample_submission.csv")
    stars = star_path(root, split)
    return LightCurveFiles(
        planet_ids=planets,
        wavelength=read_wavelengths(root / "wavelengths.csv"),
        stars=read_star_info(stars) if stars else None,
        files=dict(files),
        layout=layout,
    )
