"""Where light curves come from: frames to be reduced, or light curves that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.detector.light_curve_files import (
    Layout,
    LightCurveFiles,
    VisitFile,
    open_light_curves,
)
from spectramind.detector.light_curves import VisitLightCurves, on_visit_clock
from spectramind.detector.product import read_light_curves, write_light_curves
from spectramind.detector.reduce import reduce_visit
from spectramind.errors import DataError, OutputError
from spectramind.pipeline.places import places, required
from spectramind.provenance.digest import fingerprint
from spectramind.provenance.product import is_current, product_attributes
from spectramind.survey.discovery import Split, Survey, Visit, open_survey
from spectramind.survey.edition import adc_path
from spectramind.survey.stars import Star
from spectramind.transit.caution import DOUBTS
from spectramind.transit.imported_light_curves import (
    TIMES,
    has_imported_light_curves,
    open_imported,
)


def with_doubts(visit: VisitLightCurves, flags: Sequence[str]) -> VisitLightCurves:
    """Light curves with further flags among their attributes."""
    if not flags:
        return visit
    told = [*str(visit.attributes.get(DOUBTS, "")).split(), *flags]
    return replace(visit, attributes={**visit.attributes, DOUBTS: " ".join(told)})


class Source(Protocol):
    """One split of a survey, as far as everything after the detector needs to know it.

    planet_ids   train: ascending; test: in the order of sample_submission.csv
    wavelength   (283,) micrometre
    """

    @property
    def planet_ids(self) -> tuple[int, ...]:
        """Planets of the split, in order."""

    @property
    def wavelength(self) -> NDArray[np.float64]:
        """Channel wavelengths, micrometre."""

    def star(self, planet_id: int) -> Star:
        """Star of a planet; `assumed` names what its table does not say."""

    def digest(self, planet_id: int) -> str:
        """Fingerprint of everything that the planet's light curves are made from."""

    def light_curves(self, planet_id: int) -> list[VisitLightCurves]:
        """Light curves of all visits of a planet, or a DataError."""


@dataclass(frozen=True)
class FrameSource:
    """A survey of frames: each visit is reduced once and kept as a product."""

    survey: Survey
    config: Config

    @property
    def planet_ids(self) -> tuple[int, ...]:
        """Planets of the split, in order."""
        return self.survey.planet_ids

    @property
    def wavelength(self) -> NDArray[np.float64]:
        """Channel wavelengths, micrometre."""
        return self.survey.wavelength

    def star(self, planet_id: int) -> Star:
        """Star of a planet; `assumed` names what its table does not say."""
        return self.survey.star(planet_id)

    def digest(self, planet_id: int) -> str:
        """Fingerprint of the planet's frames and calibrations, and of the tables for all."""
        visits = self.survey.locate(planet_id).visits
        return fingerprint([*self._tables(), *(file for visit in visits for file in visit.files())])

    def light_curves(self, planet_id: int) -> list[VisitLightCurves]:
        """Light curves of all visits: read where the product is current, reduced otherwise.

        A visit that cannot be used is left out, and the others are flagged, unless it is the only
        one or `runtime.strict` holds.
        """
        curves: list[VisitLightCurves] = []
        faults: dict[int, DataError] = {}
        for visit in self.survey.planet(planet_id).visits:
            try:
                curves.append(self._visit(visit))
            except OutputError:
                raise
            except DataError as error:
                faults[visit.index] = error
        if faults and (not curves or self.config.runtime.strict):
            raise next(iter(faults.values()))
        return [with_doubts(one, [f"lost_visit/{index}" for index in faults]) for one in curves]

    def _tables(self) -> list[Path]:
        root = self.survey.root
        names = ("axis_info.parquet", "wavelengths.csv")
        return [adc_path(root, self.survey.split), *(root / name for name in names)]

    def _visit(self, visit: Visit) -> VisitLightCurves:
        path = places(self.config).light_curves(visit.planet_id, visit.index)
        inputs = fingerprint([*self._tables(), *visit.files()])
        tags = product_attributes(self.config.detector, inputs)
        if not is_current(path, tags):
            reduced = reduce_visit(visit, self.survey, self.config.detector)
            attributes = {**reduced.attributes, **tags}
            write_light_curves(path, replace(reduced, attributes=attributes))
        return read_light_curves(path)


def open_reduced(root: Path, split: Split) -> LightCurveFiles:
    """Light curves of this package, with a survey's tables beside them; see `open_light_curves`."""

    def read(file: VisitFile) -> VisitLightCurves:
        return on_visit_clock(read_light_curves(file.path))

    return open_light_curves(root, split, Layout(root / "reduced" / split, ".nc", read))


Stamp = tuple[tuple[int, int, int] | None, ...]

_TABLES = (
    "adc_info.csv",
    "train_adc_info.csv",
    "test_adc_info.csv",
    "axis_info.parquet",
    "wavelengths.csv",
    "sample_submission.csv",
    TIMES,
)


def _stamp(root: Path, split: Split) -> Stamp:
    """Changes when a table or the list of planets does: what is remembered is then out of date."""
    names = (*_TABLES, f"{split}_star_info.csv", split, f"reduced/{split}")
    return tuple(_changed(root / name) for name in names)


def _changed(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)
def _reduced_at(root: Path, split: Split, _: Stamp) -> LightCurveFiles:
    return open_reduced(root, split)


@lru_cache(maxsize=2)
def _imported_at(root: Path, split: Split, _: Stamp) -> LightCurveFiles:
    return open_imported(root, split)


@lru_cache(maxsize=2)
def _survey_at(root: Path, split: Split, _: Stamp) -> Survey:
    return open_survey(root, split)


def source_of(config: Config) -> Source:
    """The source that `paths.input` holds, opened again only when its tables change.

    Frames come before light curves: `paths.out` may be the survey's own folder.

    Raises
    ------
    DataError : the folder is neither a survey of frames nor one of light curves
    """
    root, split = required(config.paths.input, "paths.input"), config.data.split
    stamp = _stamp(root, split)
    if has_imported_light_curves(root):
        return _imported_at(root, split, stamp)
    if (root / "reduced" / split).is_dir() and not (root / split).is_dir():
        return _reduced_at(root, split, stamp)
    return FrameSource(_survey_at(root, split, stamp), config)
