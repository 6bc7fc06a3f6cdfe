"""Section `sim`: the survey that `spectramind simulate` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from spectramind.conf.schema.section import Section

PLAIN_INSTRUMENT: dict[str, str | float | None] = {
    "limb_darkening": "mixed",
    "limb_u1": 0.0,
    "limb_u2": 0.0,
    "limb_slope": 0.0,
    "limb_heat": 0.0,
    "drift": "polynomial",
    "drift_size": 1.0,
    "pointing": 1.0,
    "pointing_dispersion": 1.0,
    "noise": 1.0,
    "chemistry": None,
}
"""The competition's instrument: what the keys that describe one say by default."""


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
    limb_darkening: Literal[
        "mixed", "four_parameter", "quadratic", "square_root", "logarithmic", "power2"
    ] = Field(description="law that the stars follow; mixed lets each star draw its own")
    limb_u1: float = Field(
        ge=-0.2, le=0.4, description="added to all stars' coefficient of (1 - mu)"
    )
    limb_u2: float = Field(
        ge=-0.2, le=0.4, description="added to all stars' coefficient of (1 - mu)^2"
    )
    limb_slope: float = Field(
        ge=-1.0, le=1.0, description="relative growth of the darkening from 0.7 to 3.9 um"
    )
    limb_heat: float = Field(
        ge=-0.3, le=0.3, description="relative growth of the darkening per 1000 K above 5500 K"
    )
    drift: Literal[
        "polynomial", "quartic", "linear", "none", "settling", "thermal", "red", "step", "flare"
    ] = Field(description="kind of the gain drift; polynomial is the competition's")
    drift_size: float = Field(
        ge=0.0, le=100.0, description="factor on the drift's size (of polynomials: the preset's)"
    )
    pointing: float = Field(
        ge=0.0, le=10.0, description="factor on the preset's motion of the line of sight"
    )
    pointing_dispersion: float = Field(
        ge=0.0, le=10.0, description="further factor on the motion of AIRS along its dispersion"
    )
    noise: float = Field(
        ge=0.5,
        le=5.0,
        description="factor on the noise, through the stars' brightness; bounded by saturation",
    )
    chemistry: Literal["nominal", "foreign"] | None = Field(
        description="molecules as in the competition, or rare ones common and methane rare; null "
        "leaves it to the preset"
    )
    families: int = Field(
        ge=0,
        le=10_000,
        description="deal the planets over so many instruments drawn at random, named in "
        "families.csv; 0 is one instrument, as configured",
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

    @model_validator(mode="after")
    def _families_draw_the_instrument(self) -> SimulatorConfig:
        for key, plain in PLAIN_INSTRUMENT.items() if self.families else ():
            if getattr(self, key) != plain:
                raise ValueError(f"families > 0 draws {key}: leave it at {plain} or set families=0")
        return self
