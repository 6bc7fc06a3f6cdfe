"""Wheels of pure Python packages, written by hand: the same content gives the same bytes.

Format: the packaging specification "Binary distribution format", version 1.0. A build backend
would stamp its own version into every wheel.
"""

from __future__ import annotations

import base64
import hashlib
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from email.parser import HeaderParser
from pathlib import Path

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEEL = b"Wheel-Version: 1.0\nGenerator: spectramind\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_COMPILED = (".pyc", ".nbi", ".nbc")


def write_wheel(
    folder: Path, name: str, version: str, metadata: str, files: Mapping[str, bytes]
) -> Path:
    """Write a pure wheel into `folder` and return its path.

    Parameters
    ----------
    metadata : content of METADATA
    files : content by path inside the wheel, `*.dist-info` left out
    """
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    given = {k: v for k, v in files.items() if k.startswith(f"{info}/")}
    content = {k: files[k] for k in sorted(files) if k not in given} | given
    content |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": _WHEEL}
    rows = [f"{path},{_record(data)},{len(data)}" for path, data in content.items()]
    record = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    wheel = folder / f"{stem}-py3-none-any.whl"
    with (
        atomic_path(wheel) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for path, data in {**content, f"{info}/RECORD": record.encode()}.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=6)
    return wheel


def _record(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def checkout_of(package: Path) -> Path:
    """Root of the working copy that `package` (its source folder) lies in.

    Raises
    ------
    DataError : the package is installed, not checked out
    """
    root = package.parents[1]
    if not (root / "pyproject.toml").is_file():
        remedy = "run it from a checkout of the repository"
        raise DataError(package, "a package beside its pyproject.toml", "none", remedy)
    return root


def write_code_wheel(folder: Path, package: Path) -> Path:
    """Wheel of this package as it lies in its checkout, requirements as in pyproject.toml.

    Parameters
    ----------
    package : source folder of the package
    """
    project = tomllib.loads((checkout_of(package) / "pyproject.toml").read_text(encoding="utf-8"))
    about = project["project"]
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {about['name']}",
        f"Version: {about['version']}",
        f"Summary: {about['description']}",
        f"Requires-Python: {about['requires-python']}",
        *(f"Requires-Dist: {requirement}" for requirement in about["dependencies"]),
    ]
    files = {
        f"{package.name}/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in _COMPILED
    }
    entry = f"{about['name']}-{about['version']}.dist-info/entry_points.txt"
    scripts = [f"{name} = {target}" for name, target in about["scripts"].items()]
    files[entry] = "\n".join(["[console_scripts]", *scripts, ""]).encode()
    return write_wheel(folder, about["name"], about["version"], "\n".join(lines) + "\n", files)


def wheel_of_sdist(folder: Path, archive: Path, sources: str) -> Path:
    """Wheel of a pure Python source distribution whose packages lie below `sources`.

    For the one dependency that is published without a wheel: building it would need a backend,
    and its bytes would depend on that backend's version.

    Raises
    ------
    DataError : the archive holds no PKG-INFO
    """
    with tarfile.open(archive) as tar:
        members = {m.name.partition("/")[2]: m for m in tar.getmembers() if m.isfile()}
        if "PKG-INFO" not in members:
            raise DataError(archive, "PKG-INFO at its top", "none", "fetch the sdist again")

        def content(name: str) -> bytes:
            handle = tar.extractfile(members[name])
            assert handle is not None
            return handle.read()

        metadata = content("PKG-INFO").decode()
        files = {
            name.removeprefix(sources): content(name)
            for name in members
            if name.startswith(sources) and name.endswith(".py")
        }
    about = HeaderParser().parsestr(metadata)
    return write_wheel(folder, about["Name"], about["Version"], metadata, files)
