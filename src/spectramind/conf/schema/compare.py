"""Section `compare`: which models meet on which surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from spectramind.conf.schema.model import ModelName
from spectramind.conf.schema.section import Section


class CompareConfig(Section):
    """What `compare` and `ablate` set against each other."""

    models: Annotated[tuple[ModelName, ...], Field(min_length=1)] = Field(
        description="models that `compare` trains, in the order of the table"
    )
    surveys: tuple[Path, ...] = Field(
        description="further surveys whose test planets have a known truth; each gets its rows"
    )
