"""The first look finds the box and measures it, beside light curves that were made from a box."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.survey.instruments import InstrumentName
from spectramind.transit.in_transit_ratio import PHASES, transit_box, transit_ratio

FloatArray = NDArray[np.float64]

START, END = 2.5, 5.0
DEPTH: FloatArray = 0.01 + 1e-3 * np.sin(np.arange(283) / 30.0)


def curve(instrument: InstrumentName, depth: FloatArray, start: float, end: float) -> LightCurve:
    """A box beneath a quadratic drift, with noise of 500 ppm."""
    random = np.random.default_rng(depth.size)
    time = (np.arange(900) + 0.5) * 7.5 / 900
    inside = ((time > start) & (time < end))[:, None]
    drift = 1.0 + 0.002 * (time / 7.5) - 0.003 * (time / 7.5) ** 2
    flux = 1e5 * drift[:, None] * (1.0 - depth * inside)
    flux = flux * (1.0 + 5e-4 * random.standard_normal(flux.shape))
    return LightCurve(
        instrument=instrument,
        time=time,
        wavelength=np.linspace(2.0, 3.9, depth.size),
        flux=flux,
        variance=np.full(flux.shape, 2.5e3),
        mask=np.zeros(flux.shape, dtype=bool),
        pairs=5,
    )


def visit(start: float = START, end: float = END) -> VisitLightCurves:
    fgs1, airs = curve("FGS1", DEPTH[:1], start, end), curve("AIRS-CH0", DEPTH[1:], start, end)
    return VisitLightCurves(1, 0, fgs1, airs)


def test_box_of_white_light() -> None:
    white = curve("FGS1", DEPTH[:1], START, END)
    start, end = transit_box(white.time, white.flux[:, 0] / 1e5)
    assert (start, end) == pytest.approx((START, END), abs=0.02)


def test_depths_of_all_channels() -> None:
    ratio = transit_ratio([visit()])
    error = (ratio.depth - DEPTH) / ratio.noise
    assert abs(error.mean()) < 0.2
    assert error.std() == pytest.approx(1.0, abs=0.2)
    assert ratio.duration == pytest.approx(END - START, abs=0.2)
    assert ratio.white[:, PHASES.size // 2] == pytest.approx(1.0 - DEPTH[[1, 0]].mean(), abs=1e-3)
    assert ratio.white[:, 0] == pytest.approx(1.0, abs=1e-3)


def test_transit_cut_off_at_the_start() -> None:
    ratio = transit_ratio([visit(-1.0, 2.0)])
    assert ratio.depth[1:].mean() == pytest.approx(DEPTH[1:].mean(), rel=0.2)


def test_two_visits_are_averaged() -> None:
    both, alone = transit_ratio([visit(), visit()]), transit_ratio([visit()])
    assert np.array_equal(both.depth, alone.depth)
    assert both.noise == pytest.approx(alone.noise / np.sqrt(2.0))


def test_masked_channel_takes_the_mean_of_the_others() -> None:
    planet = visit()
    planet.airs.mask[:, 40] = True
    ratio = transit_ratio([planet])
    assert np.isfinite(ratio.depth).all()
    assert ratio.depth[41] == pytest.approx(np.delete(ratio.depth[1:], 40).mean())


@pytest.mark.filterwarnings("ignore:All-NaN")
def test_nothing_to_see_is_nan() -> None:
    planet = visit()
    planet.airs.flux[:] = np.nan
    planet.fgs1.flux[:] = np.nan
    assert np.isnan(transit_ratio([planet]).depth).all()
