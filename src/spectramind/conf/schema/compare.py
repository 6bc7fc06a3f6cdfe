"""Section `compare`: which models meet on which surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from spectramind.conf.schema.section import Section

Contestant = Literal["physics", "v50", "residual_mlp", "deep_residual_mlp", "spectrum_regressor"]


class CompareConfig(Section):
    """What `compare` and `ablate` set against each other."""

    models: Annotated[tuple[Contestant, ...], Field(min_length=1)] = Field(
        description="models that `compare` trains, in the order of the table"
    )
    surveys: tuple[Path, ...] = Field(
        description="further surveys whose test planets have a known truth; each gets its rows"
    )
