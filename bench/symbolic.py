"""How much true, shuffled and noisy spectra break each symbolic constraint.

The real spectra lie in ../shared and are not part of the repository; without them the simulated
rows stand alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.simulator.population import draw_planets
from spectramind.symbolic.alignment import explained_share, molecular_shapes
from spectramind.symbolic.constraints import NAMES, violations

FloatArray = NDArray[np.float64]

REAL = Path(__file__).resolve().parents[1] / "../shared/real/spectra_2024.parquet"
SIGMA, SEED, PLANETS = 10e-6, 3, 300


def populations() -> dict[str, FloatArray]:
    """(planet, 283) spectra by the name of their origin."""
    found = {
        f"simulated, {preset}": np.array(
            [planet.spectrum for planet in draw_planets(SEED, range(PLANETS), preset)]
        )
        for preset in ("nominal", "ood")
    }
    if REAL.is_file():
        found["real, 2024"] = pl.read_parquet(REAL).to_numpy()[:, 1:]
    return found


def row(label: str, mu: FloatArray) -> None:
    """Print the median violation by constraint."""
    found = violations(mu, np.full(mu.shape, SIGMA))
    cells = "".join(f"{np.median(found[name].total):14.4f}" for name in NAMES)
    print(f"{label:32s}{cells}{np.median(explained_share(mu)):12.3f}")


def main() -> None:
    """Print the table."""
    print(f"median violation at sigma = {1e6 * SIGMA:.0f} ppm; {len(molecular_shapes())} shapes")
    print(" " * 32 + "".join(f"{name:>14s}" for name in NAMES) + f"{'explained':>12s}")
    random = np.random.default_rng(SEED)
    for name, truth in populations().items():
        shuffled = truth.copy()
        shuffled[:, 1:] = random.permuted(truth[:, 1:], axis=1)
        row(f"{name}: true", truth)
        row("  noise of 1 sigma", truth + SIGMA * random.standard_normal(truth.shape))
        row("  noise of 5 sigma", truth + 5 * SIGMA * random.standard_normal(truth.shape))
        row("  channels shuffled", shuffled)
        row("  below zero", truth - 2.0 * truth.mean(axis=1, keepdims=True))


if __name__ == "__main__":
    main()
