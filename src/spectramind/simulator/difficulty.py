"""How hard a simulated survey is: `nominal` as the competition's, `hard`, and `ood`."""

from __future__ import annotations

from dataclasses import dataclass

from spectramind.simulator.population import Preset


@dataclass(frozen=True)
class Difficulty:
    """Sizes of the effects that a reduction has to cope with.

    foreground          electron / s / pixel, median over planets of (FGS1, AIRS-CH0)
    foreground_spread   of ln(foreground) over planets
    drift               range of the gain drift's peak-to-peak size, log-uniform
    cosmic_rate         hits / pixel / s
    fast, slow          pixel, rms pointing from pair to pair and over minutes
    calibration_error   relative rms error of the calibration files
    spots               whether stars carry spots and faculae unless the configuration says so
    """

    foreground: tuple[float, float]
    foreground_spread: float
    drift: tuple[float, float]
    cosmic_rate: float
    fast: float
    slow: float
    calibration_error: float
    spots: bool


NOMINAL = Difficulty(
    foreground=(6.0, 0.4),
    foreground_spread=0.7,
    drift=(3e-4, 3e-3),
    cosmic_rate=1.5e-5,
    fast=0.006,
    slow=0.003,
    calibration_error=0.0,
    spots=False,
)
HARD = Difficulty(
    foreground=(60.0, 4.0),
    foreground_spread=0.7,
    drift=(2e-3, 1e-2),
    cosmic_rate=1e-4,
    fast=0.012,
    slow=0.01,
    calibration_error=0.02,
    spots=True,
)
DIFFICULTIES: dict[Preset, Difficulty] = {"nominal": NOMINAL, "hard": HARD, "ood": NOMINAL}
"""Stars, depths and chemistry of `ood` lie outside the training range; its detector does not."""
