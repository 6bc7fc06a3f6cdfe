"""Planets with the frames of another planet: what was copied twice."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from spectramind.provenance.digest import fingerprint

_HEAD = 1 << 16


def same_content(files: Mapping[int, Path]) -> list[tuple[int, ...]]:
    """Groups of keys whose files hold the same, in the order of the keys.

    Size first, then the first 64 KiB, then what `fingerprint` reads: of many files that differ
    hardly any is opened.

    Parameters
    ----------
    files : all of which exist
    """
    groups: Iterable[Sequence[int]] = [list(files)]
    for key in (_size, _head, _whole):
        groups = [part for group in groups for part in _split(group, files, key)]
    return [tuple(group) for group in groups]


def _size(path: Path) -> object:
    return path.stat().st_size


def _head(path: Path) -> object:
    with path.open("rb") as handle:
        return hashlib.sha256(handle.read(_HEAD)).digest()


def _whole(path: Path) -> object:
    # Names differ by the planet in some layouts.
    return fingerprint([path], names=False)


def _split(
    keys: Sequence[int], files: Mapping[int, Path], key: Callable[[Path], object]
) -> list[list[int]]:
    parts: dict[object, list[int]] = defaultdict(list)
    for planet in keys:
        parts[key(files[planet])].append(planet)
    return [part for part in parts.values() if len(part) > 1]
