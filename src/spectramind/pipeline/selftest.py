"""Stage `test`: would a run work here, found out before it starts."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config
from spectramind.conf.schema.data import DataConfig
from spectramind.errors import DataError, InternalError, SpectraMindError
from spectramind.pipeline.calibrate import calibrate
from spectramind.pipeline.check import survey_findings
from spectramind.pipeline.places import places
from spectramind.pipeline.predict import predict
from spectramind.pipeline.prior_report import prior_lines
from spectramind.pipeline.simulate import simulate
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.submit import submit
from spectramind.provenance.atomic import write_text
from spectramind.provenance.run import open_run
from spectramind.provenance.versions import package_versions
from spectramind.submission.score import score_files
from spectramind.survey.edition import edition_of
from spectramind.survey.partial import is_partial
from spectramind.survey.physics.finding import refuse

_LEAST_GB = 0.5
"""For the report, the bundle and the dry run."""
_SAMPLE = 12
"""Planets of the survey that are asked about the priors."""
_PLANET_GB = 0.007
"""Products of a planet with one full visit, and one planet in ten with two."""


@dataclass(frozen=True)
class Check:
    """One line of the table: what was tried, whether it worked, what was found."""

    name: str
    passed: bool
    detail: str
    seconds: float


def _environment(_: Config) -> str:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise DataError("python", "3.11 to 3.13", platform.python_version(), "use one of these")
    versions = package_versions()
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _planet_count(config: Config) -> int:
    """Planets of the survey; 0 where none can be read, which the check of the survey says."""
    try:
        return len(source_of(config).planet_ids)
    except SpectraMindError:
        return 0


def _disk(config: Config) -> str:
    needed = _LEAST_GB + _PLANET_GB * _planet_count(config)
    folder = (config.paths.out or Path()).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        raise DataError(folder, f"{needed:.1f} GB free", f"{free:.1f} GB", "free disk space")
    return f"{free:.1f} GB free at {folder}, {needed:.1f} GB needed"


def _writable(config: Config) -> str:
    folders = [config.paths.outputs, config.paths.logs, config.paths.out]
    for folder in folders:
        if folder is not None:
            probe = folder / ".spectramind-write-test"
            write_text(probe, "")
            probe.unlink()
    return ", ".join(str(folder) for folder in folders if folder is not None)


def _survey(config: Config) -> str:
    if config.paths.input is None:
        return "paths.input not given: the dry run simulates its own"
    source = source_of(config)
    planet = source.planet_ids[0]
    source.star(planet)
    source.digest(planet)
    edition = edition_of(config.paths.input)
    some = "fetched " if is_partial(config.paths.input) else ""
    planets = f"{len(source.planet_ids)} {some}{config.data.split} planets"
    return f"{planets} of edition {edition} at {config.paths.input}"


def _physics(config: Config) -> str:
    if config.paths.input is None:
        return "paths.input not given"
    findings = survey_findings(config.paths.input, (config.data.split,))
    refuse(findings, config.paths.input)
    doubts = [finding for finding in findings if not finding.harmless]
    return "; ".join(finding.message for finding in doubts) or "is what it claims to be"


def _one_planet(config: Config) -> str:
    """Let the configured model reduce and fit one planet, of a simulated survey without another."""
    with tempfile.TemporaryDirectory(prefix="spectramind-") as name:
        survey = config.paths.input or _simulated(Path(name), "sim.train=2", "sim.test=1")
        trial = _trial(config, survey, Path(name))
        planet = source_of(trial).planet_ids[0]
        data = trial.data.model_copy(update={"planets": (planet,)})
        runtime = trial.runtime.model_copy(update={"executor": "serial"})
        return _predicted(trial.model_copy(update={"data": data, "runtime": runtime}))


def _priors(config: Config) -> str:
    """What a few planets of the survey say of the priors that the run would bring."""
    if config.paths.input is None:
        return "paths.input not given"
    planets = source_of(config).planet_ids
    some = planets[:: max(1, len(planets) // _SAMPLE)][:_SAMPLE]
    with tempfile.TemporaryDirectory(prefix="spectramind-") as name:
        trial = _trial(config, config.paths.input, Path(name))
        data = trial.data.model_copy(update={"planets": some})
        runtime = trial.runtime.model_copy(update={"strict": False})
        trial = trial.model_copy(update={"data": data, "runtime": runtime})
        with open_run("predict", trial, ()) as run:
            summary = predict(trial, run, _silent)
    lines = list(prior_lines(summary.priors))
    return f"{len(some)} planets: " + ("; ".join(lines) or "none are used")


def _whole_way(config: Config) -> str:
    """Simulate a small survey, predict, calibrate, submit, score."""
    with tempfile.TemporaryDirectory(prefix="spectramind-") as name:
        survey = _simulated(Path(name), "sim.train=3", "sim.test=3")
        trial = _trial(config, survey, Path(name))
        trial = trial.model_copy(
            update={"data": DataConfig(split="test", planets=None, check=True)}
        )
        said = _predicted(trial)
        calibrate(trial)
        table = Path(submit(trial, _silent).csv)
        score = score_files(table, survey / "truth" / "test.csv", survey / "train.csv")
        return f"{said}; valid submission, score {score.score:.3f}"


def _silent(done: int, total: int, failed: int) -> None:
    """Show nothing: a check takes seconds."""


def _simulated(folder: Path, *sizes: str) -> Path:
    survey = folder / "survey"
    config = compose([f"paths.out={survey}", *sizes, "sim.decimate=40", "runtime.executor=serial"])
    simulate(config, _silent)
    return survey


def _trial(config: Config, survey: Path, folder: Path) -> Config:
    """The configuration under test, on `survey`, with all products in `folder`."""
    own = {key: folder / key for key in ("out", "outputs", "logs")}
    changed: dict[str, dict[str, Any]] = {
        "paths": {"input": survey, **own},
        "data": {"planets": None},
        "runtime": {"strict": True, "kaggle": False},
        "submit": {"csv": None, "bundle": None},
    }
    sections = {
        name: getattr(config, name).model_copy(update=values) for name, values in changed.items()
    }
    return config.model_copy(update=sections)


def _predicted(trial: Config) -> str:
    with open_run("predict", trial, ()) as run:
        summary = predict(trial, run, _silent)
    said = [line for line in prior_lines(summary.priors) if "rather" in line or "overruled" in line]
    spectra = places(trial).predictions
    whole = f"{summary.planets} planet(s) with {summary.estimator}, {spectra.stat().st_size} bytes"
    return "; ".join((whole, *said))


def _arithmetic(_: Config) -> str:
    """The compiled transit kernel at a point that is known exactly: a dark disc, uniform star."""
    from spectramind.transit.light_curve import quadratic_flux

    flux = quadratic_flux(np.array([0.0]), np.array([0.1]), np.array([0.0]), np.array([0.0]))
    if abs(flux[0, 0] - 0.99) > 1e-12:
        raise DataError("transit kernel", "flux 0.99", repr(flux[0, 0]), "reinstall numba")
    return "transit of a uniform star is exact to 1e-12"


_Probe = Callable[[Config], str]
_FAST: tuple[tuple[str, _Probe], ...] = (
    ("environment", _environment),
    ("free disk", _disk),
    ("writable folders", _writable),
    ("survey", _survey),
    ("survey by physics", _physics),
    ("compiled kernels", _arithmetic),
    ("one-planet dry run", _one_planet),
)
_DEEP = (*_FAST, ("priors", _priors), ("whole small survey", _whole_way))


def _tried(name: str, probe: _Probe, config: Config) -> Check:
    start = time.monotonic()
    try:
        detail, passed = probe(config), True
    except InternalError:
        raise
    except SpectraMindError as error:
        detail, passed = str(error), False
    return Check(name, passed, detail, round(time.monotonic() - start, 2))


def run_checks(config: Config, deep: bool) -> tuple[Check, ...]:
    """Try everything; a check that fails does not keep the others from running."""
    return tuple(_tried(name, probe, config) for name, probe in (_DEEP if deep else _FAST))
