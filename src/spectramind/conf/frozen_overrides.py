"""Overrides that were frozen into a dataset: the notebook names the file, every command reads it.

The commands of a notebook stay the same whichever model was chosen when its bundle was made.
"""

from __future__ import annotations

import os
from pathlib import Path

from spectramind.errors import DataError

VARIABLE = "SPECTRAMIND_OVERRIDES"
"""Environment variable that names the file; its overrides come before those of the command."""


def frozen_overrides() -> tuple[str, ...]:
    """Overrides in the file that the environment names, one a line; none without it.

    Raises
    ------
    DataError : the file cannot be read
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return ()
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        found = error.strerror or str(error)
        remedy = f"attach the dataset, or unset {VARIABLE}"
        raise DataError(name, "overrides, one a line", found, remedy) from error
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))
