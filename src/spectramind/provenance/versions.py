"""Which code ran: digest of the package's source, commit where there is one, libraries."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from spectramind import __version__

# Libraries whose version can change a number.
_NUMERIC = ("numpy", "scipy", "numba", "polars", "xarray", "h5netcdf", "h5py", "torch")


@cache
def code_digest() -> str:
    """First 12 hex digits of the SHA-256 over all source and configuration files of the package.

    Also defined where there is no git, as in an installed wheel.
    """
    root = Path(str(files("spectramind")))
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".yaml", ".j2", ".js", ".css") and path.is_file():
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def git_commit() -> str | None:
    """Commit of the working copy that the package is imported from; None outside one."""
    root = Path(str(files("spectramind"))).parents[1]
    if not (root / ".git").exists():
        return None
    answer = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or None


@cache
def package_versions() -> dict[str, str]:
    """Versions of Python, of this package, and of the installed libraries that compute."""
    versions = {"python": platform.python_version(), "spectramind": __version__}
    for name in _NUMERIC:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
