"""Light curves of one visit: what the detector stage hands to everything after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import InstrumentName
from spectramind.survey.physics.time_axis import visit_clock

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class DetectorHealth:
    """How well the detector behaved: counts over the extraction window, series per time bin.

    bad_pixels        masked pixels (hot, dead, wild linearity, bad flat, saturated)
    cosmic_rays       samples rejected as cosmic-ray hits
    foreground        (time,) electron / pixel / pair
    centroid          (time,) pixel, flux-weighted position along the cross-dispersion axis
    reasons           pixels by reason; one that is bad for two is counted twice
    """

    bad_pixels: int
    cosmic_rays: int
    foreground: FloatArray
    centroid: FloatArray
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LightCurve:
    """Extracted flux of one instrument in one visit.

    time         (time,) hour since the start of the visit, middle of each bin
    wavelength   (channel,) micrometre, ascending; FGS1 has one channel
    flux         (time, channel) electron / pair, mean over the pairs of the bin
    variance     (time, channel) (electron / pair)^2 of that mean; inf where masked
    mask         (time, channel) True where there is no usable value
    pairs        read pairs per full bin
    health       how the detector behaved, where frames were reduced
    doubts       names of flags that the frames raised
    """

    instrument: InstrumentName
    time: FloatArray
    wavelength: FloatArray
    flux: FloatArray
    variance: FloatArray
    mask: BoolArray
    pairs: int
    health: DetectorHealth | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class VisitLightCurves:
    """Both instruments of one visit, and where they came from (written as product attributes)."""

    planet_id: int
    visit: int
    fgs1: LightCurve
    airs: LightCurve
    attributes: dict[str, str | int | float] = field(default_factory=dict)


def on_visit_clock(visit: VisitLightCurves) -> VisitLightCurves:
    """The same light curves, their times counted from the start of the visit."""
    fgs1, airs = visit_clock(visit.fgs1.time, visit.airs.time)
    return replace(visit, fgs1=replace(visit.fgs1, time=fgs1), airs=replace(visit.airs, time=airs))
