"""Limb darkening of the simulated stars as equivalent quadratic coefficients, 0.7 to 3.9 um."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spectramind.simulator.limb_darkening import LimbDeparture, LimbTrend, draw_departure
from spectramind.simulator.limb_darkening import star_coefficients as profile
from spectramind.simulator.limb_laws import nearest_law

FIGURE = Path(__file__).resolve().parents[1] / "docs/figures/limb_darkening.png"
TEMPERATURES = (4200.0, 5000.0, 5500.0, 6000.0, 6500.0, 7000.0)
LOGG = 4.4
WAVELENGTH = np.geomspace(0.7, 3.9, 200)
STARS = 300
PLAIN = LimbDeparture(0.0, 0.0, 0.0, 0.0)


def quadratic(temperature: float, departure: LimbDeparture) -> np.ndarray:
    """(2, wavelength) nearest quadratic law."""
    return nearest_law("quadratic", profile(WAVELENGTH, temperature, LOGG, departure))


def scatter(temperature: float) -> np.ndarray:
    """(2, 2, wavelength) 16 and 84 % of the coefficients of stars of one temperature."""
    rng = np.random.default_rng(1)
    stars = [
        quadratic(temperature, draw_departure(rng, temperature, LimbTrend())) for _ in range(STARS)
    ]
    return np.percentile(stars, [16, 84], axis=0)


def draw_figure() -> None:
    """Mean coefficients of all temperatures, scatter of one."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels = figure.subplots(1, 2)
    low, high = scatter(5500.0)
    for row, panel in enumerate(panels):
        panel.fill_between(WAVELENGTH, low[row], high[row], color="#6b7280", alpha=0.25, lw=0)
        for place, temperature in zip(
            np.linspace(0.2, 1.0, len(TEMPERATURES)), TEMPERATURES, strict=True
        ):
            colour = colormaps["plasma_r"](place)
            mean = quadratic(temperature, PLAIN)[row]
            panel.plot(WAVELENGTH, mean, color=colour, label=f"{temperature:.0f} K")
        panel.set(xscale="log", xlabel="wavelength, um", ylabel=f"u{row + 1}", ylim=(0, None))
        panel.set_xticks([0.7, 1, 1.5, 2, 3, 3.9], ["0.7", "1", "1.5", "2", "3", "3.9"])
        panel.minorticks_off()
    panels[0].set_title("equivalent quadratic law, log g 4.4", fontsize=9)
    panels[1].set_title("grey: 68 % of stars of 5,500 K", fontsize=9)
    panels[0].legend(fontsize=8, frameon=False)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=80)


def main() -> None:
    """Print the coefficients at a few wavelengths, write the figure."""
    print("u1 / u2     " + "".join(f"{um:>16.1f} um" for um in (0.7, 2.0, 3.0, 3.9)))
    for temperature in TEMPERATURES:
        u1, u2 = quadratic(temperature, PLAIN)
        cells = (
            f"{np.interp(um, WAVELENGTH, u1):11.3f} /{np.interp(um, WAVELENGTH, u2):6.3f}"
            for um in (0.7, 2.0, 3.0, 3.9)
        )
        print(f"{temperature:6.0f} K   " + "".join(cells))
    draw_figure()


if __name__ == "__main__":
    main()
