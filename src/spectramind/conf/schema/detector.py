"""Section `detector`: every choice of the reduction that teams disagree on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from spectramind.conf.schema.section import Section

Span = tuple[int, int]


class DetectorConfig(Section):
    """From frames to light curves. Spans are [first, last) rows or columns of the detector."""

    hot_sigma: float | None = Field(
        gt=0, description="clip level of the dark map for hot pixels; null keeps them"
    )
    linearity: bool = Field(description="apply the degree-5 linearity correction")
    linearity_range: tuple[float, float] = Field(
        description="relative correction that a sound pixel may need up to 1e5 electron",
    )
    dark: bool = Field(description="subtract the dark current")
    flat: bool = Field(description="divide by the flat")
    flat_range: tuple[float, float] = Field(description="flat value of a sound pixel")
    cosmic_ray_sigma: float | None = Field(
        gt=0, description="rejection level of single samples; null keeps all"
    )
    cosmic_ray_seconds: float = Field(
        gt=0, description="span of the local median that samples are held against"
    )
    foreground: Literal["none", "constant", "separated"] = Field(
        description="subtract nothing, all light on dim pixels, or what of it is not the star's",
    )
    extraction: Literal["profile", "sum"] = Field(
        description="weight pixels by profile / variance, or all the same"
    )
    airs_rows: Span = Field(description="rows of the AIRS extraction window")
    airs_background_rows: tuple[Span, ...] = Field(
        description="rows that measure the AIRS foreground"
    )
    fgs1_rows: Span = Field(description="rows of the FGS1 extraction window")
    fgs1_columns: Span = Field(description="columns of the FGS1 window")
    fgs1_background_rows: tuple[Span, ...] = Field(
        description="rim rows that measure the FGS1 foreground"
    )
    airs_bin_seconds: float = Field(gt=0, description="AIRS time bin, second")
    fgs1_bin_seconds: float = Field(gt=0, description="FGS1 time bin, second")
    skip_last_pairs: int = Field(
        ge=0, description="pairs left out at the end: the last one carries no transit"
    )
    batch_mib: int = Field(
        ge=1, description="decoded samples held at a time for one instrument, MiB"
    )

    @model_validator(mode="after")
    def _spans_ascend(self) -> DetectorConfig:
        spans = [self.airs_rows, self.fgs1_rows, self.fgs1_columns]
        spans += [*self.airs_background_rows, *self.fgs1_background_rows]
        for first, last in spans:
            if not 0 <= first < last <= 32:
                raise ValueError(f"[{first}, {last}) is not a span within 0..32")
        for low, high in (self.linearity_range, self.flat_range):
            if not low < high:
                raise ValueError(f"{low}..{high} is not an ascending range")
        return self
