"""A stand-in for Kaggle's image: a fresh environment with what the image has, and no more.

Distributions are linked from the running environment, so it takes no network and no time. What the
bundle brings is left out, so that a missing wheel shows here and not on Kaggle.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from spectramind.kaggle.wheelhouse import WHEELS, normalised

IMAGE = ("pip", "numpy", "pandas", "polars", "numba", "scipy", "h5py", "typer", "jinja2", "pyyaml",
         "pyarrow", "torch")  # fmt: skip
"""Of the distributions in the image, those that this package can meet."""


def _closure(names: tuple[str, ...], left_out: set[str]) -> dict[str, metadata.Distribution]:
    """Installed distributions among `names` and all that they require, by normalised name."""
    found: dict[str, metadata.Distribution] = {}
    queue = [normalised(name) for name in names]
    for name in queue:
        if name in found or name in left_out:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                queue.append(normalised(requirement.name))
    return found


def make_image(folder: Path) -> Path:
    """Create the environment in `folder`; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    left_out = {normalised(wheel.name) for wheel in WHEELS} | {"spectramind"}
    for distribution in _closure(IMAGE, left_out).values():
        tops = {Path(str(file)).parts[0] for file in distribution.files or ()}
        for top in tops - {"..", "__pycache__"}:
            source, link = Path(str(distribution.locate_file(top))), site / top
            if source.exists() and not link.exists():
                link.symlink_to(source.resolve())
    return folder / "bin" / "python"
