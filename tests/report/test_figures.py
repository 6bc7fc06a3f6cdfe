from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectramind.report.axis import Axis, log_ticks, round_ticks, span, tick_labels
from spectramind.report.figures import (
    binned,
    light_curve_figure,
    precision_figure,
    spectrum_figure,
    survey_figure,
)
from spectramind.report.plane import COARSE, FINE, Detail
from spectramind.report.svg_path import dots, polyline, ribbon, simplified
from spectramind.transit.posterior import WhiteLightCurve

WAVELENGTH = np.r_[0.7, np.linspace(1.952, 3.895, 282)]


def _points(data: str) -> np.ndarray:
    """Coordinates that path data of moves and straight steps goes through, spelt out."""
    at, points, command = np.zeros(2), [], ""
    tokens = re.findall(r"[A-Za-z]|-?\d+", data)
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
            if command == "z":
                continue
        step = np.array([float(tokens.pop(0)), float(tokens.pop(0))])
        at = step if command == "M" else at + step
        points.append(at)
    return np.array(points)


def _white(samples: int = 600, **changes: object) -> WhiteLightCurve:
    rng = np.random.default_rng(3)
    time = (np.arange(samples) + 0.5) * 7.5 / samples
    model = 1 - 0.01 * (np.abs(time - 3.5) < 1.2)
    sigma = np.full(samples, 2e-4)
    fields = {"flux": model + sigma * rng.normal(size=samples), "model": model, "sigma": sigma}
    return WhiteLightCurve(**({"instrument": "FGS1", "visit": 0, "time": time} | fields | changes))


@given(
    y=st.lists(st.floats(0, 500), min_size=2, max_size=60),
    tolerance=st.floats(0.1, 20),
)
def test_a_simplified_curve_stays_within_its_tolerance(y: list[float], tolerance: float) -> None:
    rows, columns = np.array(y), 3.3 * np.arange(len(y))
    kept = simplified(columns, rows, tolerance)
    assert kept[0] == 0
    assert kept[-1] == len(y) - 1
    drawn = np.interp(columns, columns[kept], rows[kept])
    assert np.abs(drawn - rows).max() <= tolerance + 1e-9


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 500)), min_size=2, max_size=40))
def test_path_data_reads_back_as_the_curve(steps: list[tuple[int, int]]) -> None:
    columns = np.cumsum([right for right, _ in steps]).astype(float)
    rows = np.array([row for _, row in steps], dtype=float)
    kept = simplified(columns, rows, 0.25)
    expected = np.c_[columns, rows][kept]
    np.testing.assert_array_equal(_points(polyline(columns, rows, 0.25)), expected)
    np.testing.assert_array_equal(_points(dots(columns, rows)), np.c_[columns, rows])
    outline = _points(ribbon(columns, rows, rows + 7, 0.25))
    np.testing.assert_array_equal(outline[: len(kept)], expected + np.array([0, 7]))
    np.testing.assert_array_equal(outline[len(kept) :], expected[::-1])


def test_nothing_to_draw_is_no_path() -> None:
    assert dots(np.empty(0), np.empty(0)) == ""


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 8))
def test_ticks_are_round_and_few(low: float, width: float, count: int) -> None:
    if low + width <= low + 1e-9 * abs(low):
        return
    ticks = round_ticks(low, low + width, count)
    assert count / 2 - 1 <= len(ticks) <= 1.5 * count + 1
    assert all(low - 1e-6 * width <= t <= low + width * (1 + 1e-6) for t in ticks)
    if len(ticks) > 1:
        mantissa = f"{ticks[1] - ticks[0]:.4e}"[:6]
        assert mantissa in ("1.0000", "2.0000", "5.0000")


def test_tick_labels_tell_ticks_apart() -> None:
    assert tick_labels([0.985, 0.99, 0.995]) == ["0.985", "0.990", "0.995"]
    assert tick_labels([14000.0, 14500.0]) == ["14\u2009000", "14\u2009500"]
    assert tick_labels([-0.0, 1.0]) == ["0", "1"]
    assert tick_labels([]) == []
    assert log_ticks(40, 400) == [50, 100, 200]
    assert log_ticks(9, 12000) == [10, 100, 1000, 10000]


def test_axes_map_their_ends_and_clip() -> None:
    axis = Axis(2.0, 4.0, 500.0, 0.0)
    np.testing.assert_allclose(axis.units(np.array([2, 3, 4, 9])), [500, 250, 0, 0])
    log = Axis(10.0, 1000.0, 0.0, 1000.0, log=True)
    np.testing.assert_allclose(log.units(np.array([1, 10, 100, 1000])), [0, 0, 500, 1000])
    assert span(np.array([np.nan, 5.0]), np.array([5.0]), least=2.0) == (4.0, 6.0)
    assert span(np.array([np.nan])) == (0.0, 1.0)


def _path(svg: str, name: str) -> str:
    found = [e for e in ElementTree.fromstring(svg).iter("path") if e.get("class") == name]
    assert len(found) == 1
    return found[0].get("d", "")


def test_the_spectrum_shows_mu_within_its_bands() -> None:
    mu = np.full(283, 0.0147)
    mu[100:140] += 2e-4
    sigma = np.full(283, 1e-4)
    svg = spectrum_figure(WAVELENGTH, mu, sigma, mu + 1e-5)
    bands = {name: _points(_path(svg, name)) for name in ("b68", "b95")}
    mean = _points(_path(svg, "mu"))
    heights = {name: np.ptp(points[points[:, 0] == 95][:, 1]) for name, points in bands.items()}
    assert heights["b95"] / heights["b68"] == pytest.approx(1.96, abs=0.03)
    assert mean[0, 0] == 95
    assert mean[-1, 0] == 1000
    middle = bands["b68"][bands["b68"][:, 0] == 95][:, 1].mean()
    assert mean[0, 1] == pytest.approx(middle, abs=1)
    assert _path(svg, "truth")
    assert "truth" not in spectrum_figure(WAVELENGTH, mu, sigma)


def test_a_coarse_spectrum_is_smaller_and_the_same() -> None:
    rng = np.random.default_rng(0)
    mu, sigma = 0.01 + 3e-5 * rng.normal(size=283), np.full(283, 1e-4)
    fine, coarse = (spectrum_figure(WAVELENGTH, mu, sigma, None, d) for d in (FINE, COARSE))
    assert len(coarse) < 0.5 * len(fine)
    a, b = (_points(_path(svg, "mu")) for svg in (fine, coarse))
    grid = np.arange(95, 1001)
    difference = np.interp(grid, a[:, 0], a[:, 1]) - np.interp(grid, b[:, 0], b[:, 1])
    assert np.abs(difference).max() <= FINE.tolerance + COARSE.tolerance + 8  # x is rounded too


def test_a_flat_fallback_spectrum_is_drawn() -> None:
    svg = spectrum_figure(WAVELENGTH, np.full(283, 0.0147), np.full(283, 0.0107))
    assert _points(_path(svg, "mu")).shape == (2, 2)


def test_bins_are_weighted_means_of_good_samples() -> None:
    white = _white()
    flux, sigma = white.flux.copy(), white.sigma.copy()
    flux[:100], sigma[:100] = np.nan, np.inf
    sigma[300:] *= np.linspace(1, 3, 300)
    white = _white(flux=flux, sigma=sigma)
    time, mean, model, error = binned(white, 10)
    assert len(time) == 9  # the first bin has no good sample
    for index in range(9):
        edges = np.linspace(white.time[0], white.time[-1], 11)[index + 1 : index + 3]
        inside = (white.time >= edges[0]) & (white.time < edges[1]) & np.isfinite(flux)
        inside[-1] |= index == 8
        weights = 1 / sigma[inside] ** 2
        assert mean[index] == pytest.approx(np.average(flux[inside], weights=weights), rel=1e-12)
        assert model[index] == pytest.approx(np.average(white.model[inside], weights=weights))
        assert error[index] == pytest.approx(weights.sum() ** -0.5)


def test_the_light_curve_is_two_plots() -> None:
    svg = light_curve_figure(_white(), Detail(bins=100, tolerance=1.0, stride=1))
    above, below = ElementTree.fromstring(f"<x>{svg}</x>")
    assert "FGS1 visit 0" in above.get("aria-label", "")
    assert "residuals" in below.get("aria-label", "")
    points = [e for e in above.iter("path") if e.get("class") == "point"]
    assert len(_points(points[0].get("d", ""))) == 100


def test_a_masked_light_curve_has_no_figure() -> None:
    assert light_curve_figure(_white(flux=np.full(600, np.nan))) == ""


def test_names_in_a_figure_are_inert() -> None:
    assert "<b>" not in light_curve_figure(_white(instrument="<b>"))


def test_the_survey_marks_fallbacks() -> None:
    depth, sigma = np.array([0.01, 0.02, 0.0147]), np.array([1e-4, 2e-4, 1e-2])
    svg = survey_figure(depth, sigma, np.array([False, False, True]))
    assert len(_points(_path(svg, "point"))) == 2
    assert len(_points(_path(svg, "fallback"))) == 1
    assert survey_figure(-depth, sigma, np.zeros(3, dtype=bool)) == ""


def test_precision_shows_true_sigmas_on_the_error() -> None:
    rng = np.random.default_rng(1)
    sigma = np.broadcast_to(1e-4 * np.linspace(1, 2, 283), (4000, 283))
    svg = precision_figure(WAVELENGTH, sigma, sigma * rng.normal(size=sigma.shape))
    stated, made = (_points(_path(svg, name)) for name in ("mu", "truth"))
    grid = np.arange(95, 1001)
    drawn = [500 - np.interp(grid, points[:, 0], points[:, 1]) for points in (stated, made)]
    assert np.median(drawn[1] / drawn[0]) == pytest.approx(1, abs=0.02)
    assert "truth" not in precision_figure(WAVELENGTH, sigma)
