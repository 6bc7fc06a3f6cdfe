"""Wheels that Kaggle's image lacks, or may lack, at the versions of `constraints.txt`.

The image has numpy, pandas, polars, numba, scipy, h5py, typer, jinja2 and torch: those are never
bundled, since another build of them would break the image around it. It has omegaconf too; that is
bundled with hydra-core all the same, because both must agree on one antlr4 runtime.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError
from spectramind.kaggle.pure_wheel import wheel_of_sdist

FORBIDDEN = ("torch", "numpy", "pandas")
PYTHONS = ("3.11", "3.12", "3.13")
"""Python versions of Kaggle's images, last year's to next year's."""
_PLATFORMS = ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64")


@dataclass(frozen=True)
class Bundled:
    """One distribution to bundle.

    sdist_sources   folder of its packages in the source distribution, where it has no wheel
    """

    name: str
    sdist_sources: str | None = None


WHEELS = (
    Bundled("hydra-core"),
    Bundled("omegaconf"),
    Bundled("antlr4-python3-runtime", "src/"),
    Bundled("packaging"),
    Bundled("pydantic"),
    Bundled("pydantic-core"),
    Bundled("annotated-types"),
    Bundled("typing-extensions"),
    Bundled("typing-inspection"),
    Bundled("xarray"),
    Bundled("h5netcdf"),
    Bundled("safetensors"),
)


def normalised(name: str) -> str:
    """Name of a distribution as wheels and constraints are compared by."""
    return name.lower().replace("_", "-").replace(".", "-")


def pinned_versions(constraints: Path) -> dict[str, str]:
    """Version by normalised name, from lines `name==version`."""
    lines = constraints.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line]
    return {normalised(name.strip()): version.strip() for name, version in pairs}


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        remedy = "give a folder of wheels in kaggle.wheels, or a reachable package index"
        raise DataError("pip " + arguments[0], "the wheels of the bundle", last, remedy)


def fetch_wheels(folder: Path, constraints: Path) -> None:
    """Download every bundled distribution into `folder`; needs a package index.

    Raises
    ------
    DataError : the index lacks one, or cannot be reached
    """
    versions = pinned_versions(constraints)
    exact = {w: f"{w.name}=={versions[normalised(w.name)]}" for w in WHEELS}
    ready = [requirement for wheel, requirement in exact.items() if wheel.sdist_sources is None]
    platforms = [part for name in _PLATFORMS for part in ("--platform", name)]
    for python in PYTHONS:
        _pip(
            "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder),
            "--python-version", python, *platforms, *ready,
        )  # fmt: skip
    for wheel, requirement in exact.items():
        if wheel.sdist_sources is not None:
            _fetch_sdist(folder, requirement, wheel.sdist_sources)


def wheel_sizes(folder: Path) -> tuple[tuple[str, int], ...]:
    """Size in byte of what each Python of `PYTHONS` installs from a folder of wheels.

    Raises
    ------
    DataError : a distribution has no wheel for one of them
    """
    found = []
    for python in PYTHONS:
        wheels = [path for path in sorted(folder.glob("*.whl")) if _serves(path, python)]
        names = {normalised(path.name.split("-")[0]) for path in wheels}
        if missing := sorted({normalised(wheel.name) for wheel in WHEELS} - names):
            remedy = "fetch them with kaggle.wheels=null, or add that wheel"
            raise DataError(folder, f"a wheel of {missing[0]} for Python {python}", "none", remedy)
        found.append((python, sum(path.stat().st_size for path in wheels)))
    return tuple(found)


def _serves(wheel: Path, python: str) -> bool:
    """Whether a wheel can be installed by a version of CPython, by the tags in its name."""
    interpreters, abi, _ = wheel.stem.split("-")[-3:]
    wanted = int(python.partition(".")[2])
    for tag in interpreters.split("."):
        if tag.startswith("py3"):
            return True
        if tag.startswith("cp3") and tag[3:].isdigit():
            minor = int(tag[3:])
            if minor == wanted or (abi == "abi3" and minor <= wanted):
                return True
    return False


def _fetch_sdist(folder: Path, requirement: str, sources: str) -> None:
    with tempfile.TemporaryDirectory(prefix="spectramind-") as name:
        _pip(
            "download", "--quiet", "--no-deps", "--no-binary=:all:", "--no-build-isolation",
            "--dest", name, requirement,
        )  # fmt: skip
        (archive,) = Path(name).glob("*.tar.gz")
        wheel_of_sdist(folder, archive, sources)


def copy_wheels(folder: Path, source: Path) -> None:
    """Copy the wheels of a folder, which must hold every bundled distribution and nothing else.

    Raises
    ------
    DataError : one is missing, or one is of a kind that is never bundled
    """
    remedy = "fetch them once with `spectramind kaggle bundle` and kaggle.wheels=null"
    wheels = sorted(source.glob("*.whl")) if source.is_dir() else []
    names = {normalised(path.name.split("-")[0]) for path in wheels}
    for wanted in WHEELS:
        if normalised(wanted.name) not in names:
            raise DataError(source, f"a wheel of {wanted.name}", "none", remedy)
    if heavy := names & set(FORBIDDEN):
        raise DataError(source, "no wheel of what the image has", min(heavy), "take it away")
    for path in wheels:
        shutil.copyfile(path, folder / path.name)
