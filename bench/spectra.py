"""A thousand simulated spectra beside the real ones: table, figure, and the fit of real spectra.

The real spectra lie in ../shared and are not part of the repository; without them the simulated
column stands alone and nothing is fitted.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench._spectrum_fit import fit_residuals
from spectramind.atmosphere.response import channel_wavelengths
from spectramind.simulator.population import draw_planets

FloatArray = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT / "../shared/real/spectra_2024.parquet"
FIGURE = ROOT / "docs/figures/population.png"
PLANETS, SEED = 1000, 3
# Statistics that were measured on 608 real spectra of 2024, and the depths of 1,100 of 2025.
PUBLISHED = {
    "peak to peak 5 %, ppm": 12.0,
    "peak to peak 50 %, ppm": 91.0,
    "peak to peak 95 %, ppm": 734.0,
    "neighbour difference, median, ppm": 1.0,
    "1 component": 0.760,
    "2 components": 0.944,
    "3 components": 0.976,
    "4 components": 0.989,
    "5 components": 0.994,
    "7 components": 0.997,
    "10 components": 0.999,
    "depth, mean": 0.0147,
    "depth, sd": 0.0107,
    "FGS1 minus AIRS, sd, ppm": 240.0,
}


def explained(airs: FloatArray) -> FloatArray:
    """Cumulative variance of (planet, channel) spectra, each minus its mean, by component."""
    shape = airs - airs.mean(axis=1, keepdims=True)
    power = np.linalg.svd(shape - shape.mean(axis=0), compute_uv=False) ** 2
    return np.asarray(np.cumsum(power) / power.sum())


def statistics(depth: FloatArray) -> dict[str, float]:
    """The rows of PUBLISHED for (planet, 283) depths."""
    airs = depth[:, 1:]
    heights = np.percentile(np.ptp(airs, axis=1) * 1e6, [5, 50, 95])
    variance = explained(airs)
    values = [
        *heights,
        np.median(np.abs(np.diff(airs))) * 1e6,
        *(variance[n - 1] for n in (1, 2, 3, 4, 5, 7, 10)),
        depth.mean(),
        depth.std(),
        np.std(depth[:, 0] - airs.mean(axis=1)) * 1e6,
    ]
    return dict(zip(PUBLISHED, map(float, values), strict=True))


def read_real() -> FloatArray | None:
    """The 300 real spectra of 2024, (planet, 283), or None where they are absent."""
    if not REAL.exists():
        return None
    return np.asarray(pl.read_parquet(REAL).drop("planet_id").to_numpy(), dtype=np.float64)


def draw_figure(simulated: FloatArray, real: FloatArray | None) -> None:
    """Sorted heights and explained variance of both kinds, and some simulated spectra."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (heights, components, shapes) = plt.subplots(
        1, 3, figsize=(12, 3.6), layout="constrained"
    )
    for depth, name in ((simulated, "simulated"), (real, "real, 2024")):
        if depth is None:
            continue
        airs = depth[:, 1:]
        height = np.sort(np.ptp(airs, axis=1)) * 1e6
        heights.semilogx(height, np.linspace(0, 1, height.size), label=name)
        components.semilogy(np.arange(1, 13), 1 - explained(airs)[:12], "o-", label=name)
    for row in simulated[:12, 1:]:
        shapes.plot(channel_wavelengths()[1:], (row - row.min()) / np.ptp(row), lw=0.7)
    heights.set(xlabel="peak to peak, ppm", ylabel="share of planets")
    components.set(xlabel="components", ylabel="variance left")
    shapes.set(xlabel="wavelength, um", ylabel="scaled depth", title="simulated")
    heights.legend()
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=90)


def main() -> None:
    """Print the comparison and the fit, write the figure."""
    start = time.perf_counter()
    planets = draw_planets(SEED, range(PLANETS))
    seconds = time.perf_counter() - start
    simulated = np.array([planet.spectrum for planet in planets])
    real = read_real()
    print(f"{PLANETS} spectra in {seconds:.1f} s, compilation included")
    ours, theirs = statistics(simulated), statistics(real) if real is not None else {}
    print(f"{'':36s}{'simulated':>10s}{'published':>11s}{'300 of 2024':>13s}")
    for row, value in PUBLISHED.items():
        other = f"{theirs[row]:13.4g}" if theirs else ""
        print(f"{row:36s}{ours[row]:10.4g}{value:11.4g}{other}")
    if real is not None:
        residual = fit_residuals(real[:, 1:] * 1e6)
        print(f"fit of {residual.size} real spectra: median rms {np.median(residual):.2f} ppm")
    draw_figure(simulated, real)
