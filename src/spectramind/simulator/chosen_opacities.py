"""The opacities that a simulation is told to use: the embedded ones, or tables of the user's."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from spectramind.atmosphere.forward import Opacities, embedded_opacities, opacities_with
from spectramind.atmosphere.opacity_table import read_opacity_table


@lru_cache(maxsize=2)
def chosen_opacities(tables: tuple[Path, ...]) -> Opacities:
    """Embedded opacities, each table in place of the molecule that it names; read once a process.

    Raises
    ------
    DataError : a table is missing or not as expected
    ConfigurationError : a table for a molecule that the simulator does not know
    """
    if not tables:
        return embedded_opacities()
    return opacities_with({table.name: table for table in map(read_opacity_table, tables)})
