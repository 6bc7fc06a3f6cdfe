"""Section `sim`: the survey that `spectramind simulate` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from spectramind.conf.schema.section import Section


class SimulatorConfig(Section):
    """Size, detail and difficulty of a simulated survey."""

    train: int = Field(ge=0, le=1_000_000, description="number of training planets")
    test: int = Field(ge=0, le=1_000_000, description="number of test planets")
    seed: int = Field(ge=0, le=2**63 - 1, description="same seed, same bytes")
    decimate: int = Field(
        ge=1, le=500, description="keep every n-th read pair of each visit; 1 keeps all"
    )
    level: Literal["frames", "light_curves"] = Field(
        description="raw frames in the competition's layout, or reduced light curves directly"
    )
    preset: Literal["nominal", "hard", "ood"] = Field(
        description="as the competition; harsher instrument and stars; planets and stars outside "
        "the training range"
    )
    edition: Annotated[Literal["2024", "2025"], BeforeValidator(str)] = Field(
        description="edition of the challenge whose layout, converters and depths it has"
    )
    limb_darkening: Literal["quadratic", "four_parameter"] = Field(
        description="law that the stars follow"
    )
    opacities: tuple[Path, ...] = Field(
        description="opacity tables (.npz or TauREx .pickle), each in place of its molecule"
    )
    spots: bool | None = Field(
        description="spots and faculae on every star; null leaves it to the preset"
    )

    @model_validator(mode="after")
    def _some_planets(self) -> SimulatorConfig:
        if self.train + self.test == 0:
            raise ValueError("train and test are both 0: there is nothing to simulate")
        return self
