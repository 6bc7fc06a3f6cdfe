"""A survey of which only some planets were fetched: its folder says so, and its lists follow."""

from __future__ import annotations

from pathlib import Path

MARKER = "fetched.json"
"""Which competition a folder was fetched from, and how many planets of it."""

FETCHED = "survey     fetched in part: these planets are all that is there"


def is_partial(root: Path) -> bool:
    """Whether the planets of a survey are those that were fetched, and no more."""
    return (root / MARKER).is_file()


def there(root: Path, listed: tuple[int, ...]) -> tuple[int, ...]:
    """Of the test planets that the sample submission lists, those that were fetched.

    A whole survey that lacks a listed planet has a fault; a fetched one is as it was asked for.
    """
    if not is_partial(root):
        return listed
    return tuple(planet for planet in listed if (root / "test" / str(planet)).is_dir())
