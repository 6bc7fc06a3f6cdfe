"""Section `transit`: the joint inference of depths, orbit, limb darkening and drift."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class TransitConfig(Section):
    """From light curves to the posterior of a spectrum."""

    bin_seconds: float = Field(gt=0, description="time bins of the inference, second")
    drift_order: int = Field(ge=1, le=8, description="highest order in time of generic drift")
    drift_colours: int = Field(
        ge=0, le=6, description="highest order in wavelength of generic AIRS drift"
    )
    limb_order: int = Field(
        ge=0, le=3, description="highest order in wavelength of AIRS limb darkening"
    )
    jitter_templates: int = Field(
        ge=0,
        le=6,
        description="most jitter patterns over wavelength with an amplitude per bin; the first is "
        "a shift along the dispersion, the others are taken from the residuals",
    )
    iterations: int = Field(ge=1, le=30, description="most steps of the inference")
    adapt: Literal["survey", "planet", "off"] = Field(
        description="what may overrule learnt priors: the survey's own light curves and each "
        "planet's evidence, the evidence alone, or nothing; no true depth is used"
    )
    disagreement: float = Field(
        gt=0, description="difference of two visits' depths, in sigma, that widens the posterior"
    )
