"""Section `data`: which part of the survey a command works on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class DataConfig(Section):
    """Selection of planets."""

    split: Literal["train", "test"] = Field(description="folder of the survey to work on")
    planets: Annotated[tuple[int, ...], Field(min_length=1)] | None = Field(
        description="planet ids to work on; null works on every planet of the split"
    )
    check: bool = Field(
        description="refuse a survey that physics shows not to be what it claims; false tells of it"
    )
