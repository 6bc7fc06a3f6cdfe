"""Instruments by name that no priors were learnt on: what `python -m bench families` runs."""

from __future__ import annotations

from dataclasses import dataclass

EASY_DRIFTS = ("polynomial", "quartic", "linear", "none")
"""Kinds that a few orders in time follow: where an inference must be right, not just careful."""


@dataclass(frozen=True)
class Family:
    """One instrument: its name and what the configuration says of it."""

    name: str
    keys: tuple[tuple[str, str | float], ...]

    @property
    def overrides(self) -> tuple[str, ...]:
        """For the command line."""
        return tuple(f"sim.{key}={value}" for key, value in self.keys)

    @property
    def easy(self) -> bool:
        """Whether its drift is a polynomial or none."""
        return dict(self.keys)["drift"] in EASY_DRIFTS


def _family(name: str, law: str, drift: str, **keys: str | float) -> Family:
    return Family(name, (("limb_darkening", law), ("drift", drift), *keys.items()))


FAMILIES: tuple[Family, ...] = (
    _family("competition", "mixed", "polynomial"),
    _family("quartic", "four_parameter", "quartic"),
    _family("quartic-shaky", "power2", "quartic", pointing=3.0, pointing_dispersion=3.0),
    _family("dark-limb", "quadratic", "polynomial", limb_u1=0.08, limb_slope=0.3),
    _family("bright-limb", "square_root", "linear", limb_u2=-0.08, pointing=0.3),
    _family("hot-stars-darker", "logarithmic", "polynomial", limb_heat=0.1, noise=0.7),
    _family("quiet", "power2", "none", pointing=0.3, noise=0.7),
    _family("noisy", "mixed", "polynomial", noise=1.5, pointing=2.0),
    _family("foreign-air", "quadratic", "quartic", chemistry="foreign"),
    _family("settling", "power2", "settling", limb_u1=0.05),
    _family("thermal", "logarithmic", "thermal", chemistry="foreign", noise=1.3),
    _family("red", "four_parameter", "red", pointing=0.5, limb_slope=-0.2),
)
