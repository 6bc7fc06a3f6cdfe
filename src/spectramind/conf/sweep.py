"""Expansion of a sweep: `key=a,b,c` times `key=range(1,4)`, in Hydra's own grammar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from spectramind.errors import DataError


def expand(overrides: Sequence[str]) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Split overrides into those that are the same for all points, and the points.

    Returns
    -------
    fixed : overrides with one value
    points : value by key, one mapping for each combination, the last key changing first

    Raises
    ------
    DataError : an override does not parse, no key has several values, or one is swept twice
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    fixed: list[str] = []
    swept: dict[str, list[str]] = {}
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
        for text, override in zip(overrides, parsed, strict=True):
            key = override.get_key_element().lstrip("+")
            if not override.is_sweep_override():
                fixed.append(text)
            elif key in swept:
                raise DataError("sweep", "a key once", f"{key} twice", "join its values")
            else:
                swept[key] = [str(value) for value in override.sweep_string_iterator()]
    except HydraException as error:
        first = str(error).splitlines()[0]
        raise DataError("sweep", "valid Hydra overrides", first, "correct the override") from error
    if not swept:
        remedy = "separate the values with commas: key=a,b,c"
        raise DataError("sweep", "a key with several values", "none", remedy)
    return tuple(fixed), [
        dict(zip(swept, values, strict=True)) for values in product(*swept.values())
    ]
