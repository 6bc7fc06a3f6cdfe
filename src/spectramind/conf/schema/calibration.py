"""Section `calib`: how sigma is made true."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class CalibConfig(Section):
    """Calibration of sigma, learnt on training planets only."""

    corel: bool = Field(
        description="learn and apply the relational conformal network after temperature"
    )
    fit: bool = Field(
        description="learn the calibrators again from the out-of-fold predictions beside the "
        "checkpoint, instead of applying those that it carries"
    )
    folds: int = Field(
        ge=2, le=20, description="folds of whole planets by which calibrators are judged"
    )
    pooling: Literal["pooled", "region", "channel"] = Field(
        description="channels that share a conformal factor"
    )
    graph: Literal["none", "learned", "physical", "both"] = Field(
        description="edges of the relational network; none is the pointwise quantile network"
    )
