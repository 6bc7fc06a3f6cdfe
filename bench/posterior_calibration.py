"""Simulation-based calibration: are truths of planets drawn from the prior uniform in posteriors?

200 planets whose every parameter is drawn from the priors that the fit uses (S. Talts et al. 2018,
arXiv 1804.06788). For FGS1, the AIRS mean and three contrasts of the AIRS shape: the
Kolmogorov-Smirnov p-value of the probability integral transform, and the mean of z^2.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.stats import kstest, norm

from spectramind.scale.executor import run_tasks
from spectramind.transit.joint import fit_planet
from spectramind.transit.posterior import DepthPosterior

# The draws are those of the test suite.
sys.path.append(str(Path(__file__).resolve().parents[1] / "tests/transit"))

from joint_scenes import CONFIG, PRIORS, draw_from_prior
from transit_scenes import STAR

PLANETS, WORKERS, FIRST = 200, 2, 1000


def contrasts() -> dict[str, np.ndarray]:
    """(283,) weights of what is compared, by name."""
    fgs1, mean, slope, band, fine = np.zeros((5, 283))
    place = np.linspace(-1.0, 1.0, 282)
    fgs1[0], mean[1:], slope[1:] = 1.0, 1.0 / 282, place / 282
    band[1:] = np.where(np.abs(place) < 0.3, 1.0 / 85, -1.0 / 197)
    fine[100:110], fine[110:120] = 0.1, -0.1
    return {"FGS1": fgs1, "AIRS mean": mean, "slope": slope, "band": band, "20 channels": fine}


def standardised(posterior: DepthPosterior, depth: np.ndarray) -> np.ndarray:
    """(contrast,) (truth - mean) / standard deviation."""
    weights = np.array(list(contrasts().values()))
    variance = weights**2 @ posterior.variance_diagonal
    variance += np.sum((weights @ posterior.factors) ** 2, axis=1)
    return np.asarray(weights @ (depth - posterior.depth) / np.sqrt(variance))


def one(seed: int) -> np.ndarray:
    """Draw a planet, fit it, compare."""
    visit, depth = draw_from_prior(seed)
    return standardised(fit_planet([visit], STAR, PRIORS, CONFIG).posterior, depth)


def main() -> None:
    """Print the p-values."""
    outcomes = run_tasks(one, range(FIRST, FIRST + PLANETS), WORKERS)
    table = np.array([outcome.value for outcome in outcomes])
    print(f"{len(table)} planets drawn from the generic priors")
    for name, z in zip(contrasts(), table.T, strict=True):
        p = kstest(norm.cdf(z), "uniform").pvalue
        error = (z**2).std() / np.sqrt(z.size)
        print(f"{name:12s} KS p = {p:.3f}   mean z^2 = {(z**2).mean():.2f} ± {error:.2f}")


if __name__ == "__main__":
    main()
