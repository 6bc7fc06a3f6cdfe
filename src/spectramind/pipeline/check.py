"""Is a survey what it claims to be? Held against physics before hours are spent on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.detector.light_curve_files import LightCurveFiles
from spectramind.detector.product import read_light_curves
from spectramind.errors import DataError
from spectramind.pipeline.places import Places, places, required
from spectramind.pipeline.sources import open_reduced
from spectramind.provenance.atomic import write_text
from spectramind.provenance.run import Run
from spectramind.survey.axes import raw_hours, read_axes
from spectramind.survey.discovery import Split, Survey, open_survey, require_folder
from spectramind.survey.dispersion import airs_wavelengths
from spectramind.survey.instruments import INSTRUMENTS
from spectramind.survey.physics.depth_units import check_depths
from spectramind.survey.physics.finding import Finding, fault, named, refuse
from spectramind.survey.physics.frame_check import frame_findings
from spectramind.survey.physics.frame_twins import impostors, twin_findings, twin_groups
from spectramind.survey.physics.star_check import star_findings
from spectramind.survey.physics.time_axis import check_common_clock, check_visit, clock_offset
from spectramind.survey.physics.wavelength_axis import (
    check_agreement,
    check_channels,
    check_micrometre,
)
from spectramind.survey.row_table import read_row_table
from spectramind.survey.stars import Star
from spectramind.survey.tables import TRUTH_HEADER, read_star_table, read_wavelengths
from spectramind.transit.imported_light_curves import (
    TIMES,
    check_imported,
    has_imported_light_curves,
    imported_arrays,
    imported_hours,
    open_imported,
)

FloatArray = NDArray[np.float64]

FILE_NAME = "survey_check.json"
SPLITS: tuple[Split, ...] = ("train", "test")
_SAMPLED = 3
_Check = Callable[[], object]


def splits_of(root: Path) -> tuple[Split, ...]:
    """Splits that a survey has planets of.

    Raises
    ------
    DataError : none
    """
    found = tuple(
        split for split in SPLITS if (root / split).is_dir() or (root / "reduced" / split).is_dir()
    )
    if not found:
        text = "none" if root.is_dir() else "no such folder"
        raise DataError(root, "a survey with train/ or test/", text, "correct the path")
    return found


def survey_findings(root: Path, splits: Sequence[Split]) -> tuple[Finding, ...]:
    """Everything that is not what it claims to be, those that concern all planets first."""
    require_folder(root)
    found = [*_table_findings(root)]
    for split in splits:
        try:
            found += _split_findings(root, split)
        except DataError as error:
            found.append(fault("survey", error, root))
    unique = list(dict.fromkeys(found))
    return tuple(sorted(unique, key=lambda finding: (not finding.refuses, finding.harmless)))


def _tried(check: str, root: Path, probe: _Check) -> Iterator[Finding]:
    try:
        probe()
    except DataError as error:
        yield fault(check, error, root)


def _table_findings(root: Path) -> Iterator[Finding]:
    """Of the tables that all planets share."""
    wavelengths, axes = root / "wavelengths.csv", root / "axis_info.parquet"
    yield from _tried(
        "wavelengths", root, lambda: check_channels(wavelengths, read_wavelengths(wavelengths))
    )
    if axes.is_file():
        yield from _tried("time axis", root, lambda: _check_axes_time(axes))
        yield from _offset(axes, lambda: raw_hours(axes))
        yield from _tried("wavelengths", root, lambda: _check_axes_colour(axes, wavelengths))
    train = root / "train.csv"
    if train.is_file():
        yield from _tried("depths", root, lambda: check_depths(train, _depths(train)))
        yield from _truth_rows(train)


def _depths(path: Path) -> FloatArray:
    return np.array(list(read_row_table(path, TRUTH_HEADER).rows.values()))


def _truth_rows(path: Path) -> Iterator[Finding]:
    try:
        rows = read_row_table(path, TRUTH_HEADER).rows
    except DataError:
        return
    bad = tuple(planet for planet, row in rows.items() if not np.isfinite(row).all())
    if bad:
        remedy = "correct the rows; nothing is learnt from these planets until then"
        found = f"none for {named(bad)}"
        yield Finding("depths", path.name, "283 finite depths a planet", found, remedy, bad)


def _offset(path: Path, read: Callable[[], tuple[FloatArray, FloatArray]]) -> Iterator[Finding]:
    """Whether times are counted from another moment than the visit's start."""
    try:
        fgs1, airs = read()
    except DataError:
        return
    if (first := clock_offset(fgs1, airs)) != 0.0:
        expected = "hours from the start of the visit"
        found = f"a start at {first:.9g}"
        remedy = "nothing: it is taken off"
        yield Finding("time axis", path.name, expected, found, remedy, harmless=True)


def _check_axes_time(path: Path) -> None:
    hours = read_axes(path).hours
    for name, instrument in INSTRUMENTS.items():
        check_visit(path, instrument.time_key, hours[name])
    check_common_clock(path, hours["FGS1"], hours["AIRS-CH0"])


def _check_axes_colour(path: Path, wavelengths: Path) -> None:
    try:
        airs_um = read_axes(path).airs_um
        channels = read_wavelengths(wavelengths)
    except DataError:
        return  # said by the checks of these files alone
    check_micrometre(path, "AIRS-CH0-axis2-um", airs_um, airs_wavelengths())
    try:
        check_channels(wavelengths, channels)
    except DataError:
        return
    check_agreement(wavelengths, channels, airs_um)


def _split_findings(root: Path, split: Split) -> Iterator[Finding]:
    """Of one split: its star table, its files, its frames or light curves."""
    file = f"{split}_star_info.csv"
    if has_imported_light_curves(root):
        curves = open_imported(root, split)
        yield from _curve_files(root, split, curves, file)
        yield from _imported_findings(root, curves)
    elif (root / "reduced" / split).is_dir() and not (root / split).is_dir():
        curves = open_reduced(root, split)
        yield from _curve_files(root, split, curves, file)
        yield from _reduced_findings(root, curves)
    else:
        survey = open_survey(root, split)
        told = survey.stars if survey.edition == "2025" else None
        yield from _stars(root, file, told, survey.planet_ids)
        yield from _missing(survey)
        yield from frame_findings(survey)
        yield from twin_findings(root, frame_files(survey), survey.stars)


def _stars(
    root: Path, file: str, stars: dict[int, Star] | None, planets: Sequence[int]
) -> Iterator[Finding]:
    if stars is not None:  # the 2024 edition has no star table
        yield from star_findings(file, read_star_table(root / file), stars, planets)


def _missing(survey: Survey) -> Iterator[Finding]:
    """Planets whose files are not all there, the first fault of each."""
    for planet in survey.planet_ids:
        try:
            survey.locate(planet)
        except DataError as error:
            yield fault("files", error, survey.root, (planet,))


def frame_files(survey: Survey) -> dict[tuple[int, int], Path]:
    """AIRS frames by (planet, visit), of the planets whose files are there."""
    files: dict[tuple[int, int], Path] = {}
    for planet in survey.planet_ids:
        try:
            visits = survey.locate(planet).visits
        except DataError:
            continue
        files |= {(planet, visit.index): visit.signal("AIRS-CH0") for visit in visits}
    return files


def curve_files(curves: LightCurveFiles) -> dict[tuple[int, int], Path]:
    """Light curves by (planet, visit)."""
    return {
        (planet, file.visit): file.path
        for planet in curves.planet_ids
        for file in curves.files.get(planet, [])
    }


def _curve_files(
    root: Path, split: Split, curves: LightCurveFiles, stars: str
) -> Iterator[Finding]:
    yield from _stars(root, stars, curves.stars, curves.planet_ids)
    for planet in curves.planet_ids:
        if planet not in curves.files:
            file = f"{split}/{planet}_0"
            remedy = "reduce or export the planet's visits"
            yield Finding("files", file, "light curves", "none", remedy, (planet,))
    yield from twin_findings(root, curve_files(curves), curves.stars or {})


def _first_files(curves: LightCurveFiles) -> list[tuple[int, Path]]:
    files = [(planet, path) for (planet, _), path in curve_files(curves).items()]
    places = np.unique(np.linspace(0, len(files) - 1, _SAMPLED).round().astype(int))
    return [files[place] for place in places] if files else []


def _of_most(
    check: str, root: Path, files: Sequence[tuple[int, Path]], probe: Callable[[Path], object]
) -> Iterator[Finding]:
    """Faults of single files: one of the survey where most of them have one."""
    faults: list[tuple[int, DataError]] = []
    for planet, path in files:
        try:
            probe(path)
        except DataError as raised:
            faults.append((planet, raised))
    if len(faults) > 0.5 * len(files):
        yield fault(check, faults[0][1], root)
    else:
        for planet, error in faults:
            yield fault(check, error, root, (planet,))


def _imported_findings(root: Path, curves: LightCurveFiles) -> Iterator[Finding]:
    times = root / TIMES

    def clock() -> None:
        fgs1, airs = imported_hours(times)
        check_visit(times, "fgs1_hours", fgs1)
        check_visit(times, "airs_hours", airs)
        check_common_clock(times, fgs1, airs)

    yield from _tried("time axis", root, clock)
    yield from _offset(times, lambda: imported_hours(times))
    files = _first_files(curves)
    yield from _of_most(
        "flux", root, files, lambda path: check_imported(path, *imported_arrays(path))
    )


def _reduced_findings(root: Path, curves: LightCurveFiles) -> Iterator[Finding]:
    def probe(path: Path) -> None:
        visit = read_light_curves(path)
        for curve in (visit.fgs1, visit.airs):
            check_visit(path, f"time of {curve.instrument}", curve.time)
        check_common_clock(path, visit.fgs1.time, visit.airs.time)
        colours = np.concatenate([visit.fgs1.wavelength, visit.airs.wavelength])
        if not np.allclose(colours, curves.wavelength, rtol=1e-3):
            remedy = "take wavelengths.csv and light curves of the same survey"
            raise DataError(path, "the channels of wavelengths.csv", "others", remedy)

    yield from _of_most("light curves", root, _first_files(curves), probe)


# What a run does with it


def require_sound(config: Config, run: Run) -> None:
    """Check the split of a configured run; keep what was found beside its products.

    Raises
    ------
    DataError : something concerns all planets, unless `data.check=false`
    """
    root = required(config.paths.input, "paths.input")
    findings = survey_findings(root, (config.data.split,))
    for finding in findings:
        run.event("survey_finding", check=finding.check, error=finding.message)
        run.log(f"survey: {finding.message}")
    write_findings(places(config), findings)
    if config.data.check:
        refuse(findings, root)


def write_findings(where: Places, findings: Sequence[Finding]) -> None:
    """Keep findings beside the products for the verbs that follow."""
    text = json.dumps([asdict(finding) for finding in findings], indent=1)
    write_text(where.out / FILE_NAME, f"{text}\n")


def foreign_frames(config: Config) -> dict[int, str]:
    """Planets whose frames are also those of another star's planet, with the reason of each."""
    root, split = required(config.paths.input, "paths.input"), config.data.split
    if has_imported_light_curves(root):
        curves = open_imported(root, split)
        files, stars = curve_files(curves), curves.stars
    elif (root / "reduced" / split).is_dir() and not (root / split).is_dir():
        curves = open_reduced(root, split)
        files, stars = curve_files(curves), curves.stars
    else:
        survey = open_survey(root, split)
        files, stars = frame_files(survey), survey.stars
    return {
        planet: f"frames of planet {planet}: expected its own, found those of planet {other}, "
        "whose star is another; restore the frames of both"
        for planet, other in impostors(twin_groups(files), stars or {}).items()
    }
