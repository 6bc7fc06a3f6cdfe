"""Kaggle's images by date: which Python and which libraries a notebook meets, and where data lie.

Source: the images' own lists where they are public, and what the image after that is built on;
see docs/howto/kaggle.md. What is not named is of no concern to this package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError
from spectramind.provenance.digest import config_hash

_OTHERS = ("scipy", "numba", "h5py>=3.15.1", "typer", "jinja2", "pyyaml", "pyarrow")
_TAIL = 400


@dataclass(frozen=True)
class ImageProfile:
    """One image.

    python    major and minor version
    pinned    requirement by library
    torch     version that the image has; installed only where a rehearsal asks for it
    mounts    where the competition's data and a dataset lie below /kaggle/input
    """

    python: str
    pinned: Mapping[str, str]
    torch: str
    mounts: tuple[str, str]

    def requirements(self, torch: bool) -> tuple[str, ...]:
        """What is installed into a stand-in for the image."""
        pinned = tuple(f"{name}{version}" for name, version in self.pinned.items())
        return (*pinned, *_OTHERS, *((f"torch{self.torch}",) if torch else ()))


_FLAT = ("{slug}", "{slug}")
_SORTED = ("competitions/{slug}", "datasets/{owner}/{slug}")

PROFILES: dict[str, ImageProfile] = {
    "2025-09": ImageProfile(
        "3.11", {"numpy": "==1.26.4", "pandas": "==2.2.3", "polars": "==1.25.*"}, "==2.6.*", _FLAT
    ),
    "2026-08": ImageProfile(
        "3.12", {"numpy": "==2.0.2", "pandas": "==2.2.2", "polars": "==1.35.*"}, "==2.10.*", _SORTED
    ),
    "next": ImageProfile(
        "3.13", {"numpy": "==2.4.*", "pandas": "==3.*", "polars": "==2.1.*"}, "<2.16", _SORTED
    ),
}


def image_environment(name: str, torch: bool, folder: Path) -> Path:
    """Environment with what an image has, made once below `folder`; its Python.

    Raises
    ------
    DataError : that Python is not on this machine, or a library cannot be installed
    """
    profile = PROFILES[name]
    wanted = profile.requirements(torch)
    home = folder / f"{name}-{config_hash([profile.python, *wanted])}"
    python = home / "bin" / "python"
    if (home / "complete").is_file():
        return python
    shutil.rmtree(home, ignore_errors=True)
    _run([str(python_of(profile.python)), "-m", "venv", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", *wanted])
    (home / "complete").touch()
    return python


def python_of(version: str) -> Path:
    """Interpreter of a version: on PATH, or in the folder of pyenv.

    Raises
    ------
    DataError : there is none
    """
    if found := shutil.which(f"python{version}"):
        answer = subprocess.run(
            [found, "-c", "import venv"], capture_output=True, check=False, text=True
        )
        if answer.returncode == 0:
            return Path(found)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    there = sorted(root.glob(f"{version}.*/bin/python{version}"))
    if not there:
        remedy = "install it, or rehearse with rehearsal.image=running"
        raise DataError(f"python{version}", "an interpreter on PATH", "none", remedy)
    return there[-1]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines() or ["no message"]
        remedy = "give a reachable package index, or rehearse with rehearsal.image=running"
        raise DataError(" ".join(command[:4]), "the image's libraries", last[-1][-_TAIL:], remedy)
