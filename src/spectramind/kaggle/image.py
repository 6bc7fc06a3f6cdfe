"""A stand-in for Kaggle's image: a fresh environment with what the image has, and no more.

Distributions are linked from the running environment, so that it takes no network and no time, or
from one that holds what an image of Kaggle's holds. What the bundle brings is left out, so that a
missing wheel shows here and not on Kaggle.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from spectramind.kaggle.wheelhouse import WHEELS, normalised

IMAGE = ("pip", "numpy", "pandas", "polars", "numba", "scipy", "h5py", "typer", "jinja2", "pyyaml",
         "pyarrow", "torch")  # fmt: skip
"""Of the distributions in the image, those that this package can meet."""


@dataclass(frozen=True)
class Installed:
    """An environment that a stand-in takes its libraries from.

    python    its interpreter
    version   major and minor version of that
    search    folders with its distributions; None looks where this process does
    """

    python: Path
    version: str
    search: tuple[str, ...] | None = None

    def distributions(self) -> dict[str, metadata.Distribution]:
        """What is installed, by normalised name."""
        found = (
            metadata.distributions()
            if self.search is None
            else metadata.distributions(path=list(self.search))
        )
        named: dict[str, metadata.Distribution] = {}
        for distribution in found:
            named.setdefault(normalised(distribution.metadata["Name"]), distribution)
        return named


def running() -> Installed:
    """The environment of this process."""
    return Installed(Path(sys.executable), f"{sys.version_info[0]}.{sys.version_info[1]}")


def environment_at(python: Path, version: str) -> Installed:
    """The virtual environment of an interpreter."""
    site = python.parents[1] / "lib" / f"python{version}" / "site-packages"
    return Installed(python, version, (str(site),))


def _closure(
    names: tuple[str, ...], left_out: set[str], source: Installed
) -> dict[str, metadata.Distribution]:
    """Installed distributions among `names` and all that they require, by normalised name."""
    there = source.distributions()
    marks = {"extra": "", "python_version": source.version}
    found: dict[str, metadata.Distribution] = {}
    queue = [normalised(name) for name in names]
    for name in queue:
        if name in found or name in left_out or name not in there:
            continue
        found[name] = there[name]
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(marks):
                queue.append(normalised(requirement.name))
    return found


def make_image(folder: Path, source: Installed) -> Path:
    """Create the environment in `folder` from what another has; return its Python."""
    command = [str(source.python), "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    left_out = {normalised(wheel.name) for wheel in WHEELS} | {"spectramind"}
    for distribution in _closure(IMAGE, left_out, source).values():
        tops = {Path(str(file)).parts[0] for file in distribution.files or ()}
        for top in tops - {"..", "__pycache__"}:
            origin, link = Path(str(distribution.locate_file(top))), site / top
            if origin.exists() and not link.exists():
                link.symlink_to(origin.resolve())
    return folder / "bin" / "python"
