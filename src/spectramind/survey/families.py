"""The table `families.csv`: which instrument family each planet of a survey belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spectramind.provenance.atomic import write_text
from spectramind.survey.csv_table import read_label_table

FAMILIES_FILE = "families.csv"
FAMILIES_HEADER = ("planet_id", "family")


def read_families(root: Path) -> dict[int, str] | None:
    """Family of each planet of both splits; None where the survey has no such table.

    Raises
    ------
    DataError : wrong header, duplicate planet, a blank family
    """
    path = root / FAMILIES_FILE
    return read_label_table(path, FAMILIES_HEADER) if path.exists() else None


def write_families(root: Path, families: Mapping[int, str]) -> None:
    """Write `families.csv` of a survey; names hold no comma and no quotation mark.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    rows = (f"{planet_id},{family}" for planet_id, family in families.items())
    write_text(root / FAMILIES_FILE, "\n".join([",".join(FAMILIES_HEADER), *rows]) + "\n")
