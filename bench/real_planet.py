"""Real light curves of planet 244787369: the joint inference, its residuals, its figure.

FGS1 of two visits and AIRS of the second, as another team reduced them (`../shared/real`).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np

from bench._inference_table import configuration
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.models.physics import read_physics_model
from spectramind.pipeline.fit import competing
from spectramind.report.fit_figure import draw_fit
from spectramind.survey.stars import Star
from spectramind.survey.tables import read_star_info, read_wavelengths
from spectramind.transit.calibration import error_parts
from spectramind.transit.imported_light_curves import visit_from_arrays
from spectramind.transit.joint import fit_planet
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.prior_choices import PARTS
from spectramind.transit.priors import TransitPriors, generic_priors

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT / "../shared/real"
TIMES = ROOT / "../shared/mini_challenge/times.npz"
FIGURE = ROOT / "docs/figures/planet_244787369.png"
PLANET = 244787369


def light_curves(wavelength: np.ndarray) -> list[VisitLightCurves]:
    """The two visits; AIRS of the first is not there."""
    archive = np.load(REAL / "light_curves_244787369.npz", allow_pickle=False)
    times = np.load(TIMES, allow_pickle=False)
    clocks = (times["fgs1_hours"], times["airs_hours"])
    dark = np.full((clocks[1].size, wavelength.size - 1), np.nan)
    airs = (dark, archive["airs_visit1"].astype(float))
    return [
        visit_from_arrays(
            PLANET, v, clocks, wavelength, (archive[f"fgs1_visit{v}"].astype(float), airs[v])
        )
        for v in (0, 1)
    ]


def _print_residuals(fit: PlanetFit) -> None:
    print(f"iterations {fit.iterations}, flags {' '.join(fit.posterior.flags) or 'none'}")
    for curve in fit.curves:
        print(
            f"  {curve.instrument:8s} visit {curve.visit}: rms residual / photon and read noise "
            f"{curve.stated:.3f}, / noise of neighbours {curve.scatter:.3f}, "
            f"{curve.templates} jitter patterns"
        )


def _print_visits(visits: list[VisitLightCurves], star: Star, priors: TransitPriors) -> None:
    """FGS1 depth of each visit alone."""
    fits = [fit_planet([visit], star, priors, configuration()).posterior for visit in visits]
    depth = [1e6 * fit.depth[0] for fit in fits]
    sigma = [1e6 * error_parts(fit).fgs1 for fit in fits]
    print(
        f"FGS1 depth, ppm: {depth[0]:.0f} ± {sigma[0]:.0f} and {depth[1]:.0f} ± {sigma[1]:.0f}; "
        f"they differ by {abs(depth[0] - depth[1]) / np.hypot(*sigma):.2f} sigma"
    )


def _print_priors(visits: list[VisitLightCurves], star: Star, wavelength: np.ndarray) -> None:
    """What real light curves say of the priors that come with the package."""
    weights = Path(str(resources.files("spectramind") / "weights" / "v50.ckpt"))
    choices = competing(read_physics_model(weights, "v50").priors, wavelength, overruled=True)
    fit = fit_planet(visits, star, choices, configuration())
    judgement = fit.judgement
    assert judgement is not None
    print("the package's prior over the generic one:")
    for row, part in enumerate(PARTS):
        gain, distance = judgement.log_evidence[row, 0], judgement.distance[row]
        usual = judgement.freedom[row]
        place = f", squared distance {distance:.1f}, {usual:.1f} expected" if usual > 0 else ""
        print(f"  {part}: ln evidence {gain:+.1f}{place}")
    print(f"peak to peak of AIRS {1e6 * np.ptp(fit.posterior.depth[1:]):.0f} ppm")


def main() -> None:
    """Fit, print, draw."""
    if not (REAL.is_dir() and TIMES.is_file()):
        print(f"real_planet: SKIPPED, no data at {REAL}")
        return
    wavelength = read_wavelengths(REAL / "survey/wavelengths.csv")
    star = read_star_info(REAL / "survey/train_star_info.csv")[PLANET]
    config = configuration()
    orders = DriftOrders(config.drift_order, config.drift_colours, config.limb_order)
    priors = generic_priors(wavelength, orders)
    visits = light_curves(wavelength)
    fit = fit_planet(visits, star, priors, config)
    _print_residuals(fit)
    _print_visits(visits, star, priors)
    _print_priors(visits, star, wavelength)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    draw_fit(fit.posterior, fit, wavelength).savefig(FIGURE, format="png", dpi=60)
    print(f"figure {FIGURE.relative_to(ROOT)}, {FIGURE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
