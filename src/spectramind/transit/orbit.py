"""Circular orbits: sky-projected distance of planet and star, contact times, durations.

With phase angle phi = 2 pi (t - t0) / period, scaled semi-major axis a and impact parameter
b = a cos(inclination),

    z^2 = a^2 sin^2 phi + b^2 cos^2 phi,

and the planet is in front of the star where cos phi > 0 (C. Murray & A. Correia, in S. Seager,
Exoplanets, 2010, eq. 53-55 at zero eccentricity). b enters squared: i and 180 deg - i are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class Orbit:
    """A circular orbit.

    t0          hour, middle of a transit
    period      hour
    a_over_rs   semi-major axis / stellar radius, > 1
    impact      impact parameter a cos(i) / stellar radius; either sign
    """

    t0: float
    period: float
    a_over_rs: float
    impact: float

    @classmethod
    def from_inclination(
        cls, t0: float, period_days: float, a_over_rs: float, inclination: float
    ) -> Orbit:
        """Orbit of inclination in degrees and period in days, as star tables give them."""
        impact = a_over_rs * math.cos(math.radians(inclination))
        return cls(t0, period_days * HOURS_PER_DAY, a_over_rs, impact)

    @classmethod
    def from_duration(
        cls, t0: float, period: float, duration: float, impact: float, k: float
    ) -> Orbit:
        """Orbit whose transit of a planet of radius ratio k lasts `duration` hour, T14.

        The inverse of `transit_duration`. Needs |impact| < 1 + k and duration < period / 2.
        """
        chord = (1.0 + k) ** 2 - impact**2
        a_squared = impact**2 + chord / math.sin(math.pi * duration / period) ** 2
        return cls(t0, period, math.sqrt(a_squared), impact)


def separation(time: FloatArray, orbit: Orbit) -> FloatArray:
    """Sky-projected distance of the centres in stellar radii.

    Parameters
    ----------
    time : (time,) hour

    Returns
    -------
    (time,) z; inf where the planet is on the far side, so that an eclipse is never a transit
    """
    phase = 2.0 * np.pi * (time - orbit.t0) / orbit.period
    sine, cosine = np.sin(phase), np.cos(phase)
    z = np.hypot(orbit.a_over_rs * sine, orbit.impact * cosine)
    return np.where(cosine > 0.0, z, np.inf)


def separation_gradient(time: FloatArray, orbit: Orbit) -> tuple[FloatArray, FloatArray]:
    """Distance of the centres and its derivatives.

    Parameters
    ----------
    time : (time,) hour

    Returns
    -------
    z : (time,) as `separation`
    gradient : (time, 4) dz / d(t0, period, a_over_rs, impact), per hour for the first two. Zero on
        the far side, and zero where z = 0, the corner of an absolute value.
    """
    angular = 2.0 * np.pi / orbit.period
    phase = angular * (time - orbit.t0)
    sine, cosine = np.sin(phase), np.cos(phase)
    a, b = orbit.a_over_rs, orbit.impact
    z = separation(time, orbit)
    by_phase = (a * a - b * b) * sine * cosine
    numerators = np.stack(
        [
            -angular * by_phase,
            -phase / orbit.period * by_phase,
            a * sine * sine,
            b * cosine * cosine,
        ],
        axis=-1,
    )
    usable = np.isfinite(z) & (z > 0.0)
    divisor = np.where(usable, z, 1.0)[:, None]
    return z, np.where(usable[:, None], numerators / divisor, 0.0)


def _chord_duration(orbit: Orbit, reach: float) -> float:
    """Hours during which z < reach around one transit; 0 where the path stays outside."""
    chord = reach * reach - orbit.impact**2
    if reach <= 0.0 or chord <= 0.0:
        return 0.0
    sine_squared = chord / (orbit.a_over_rs**2 - orbit.impact**2)
    return orbit.period / math.pi * math.asin(math.sqrt(min(sine_squared, 1.0)))


def transit_duration(orbit: Orbit, k: float) -> float:
    """Hours from first to fourth contact (T14) of a planet of radius ratio k; 0 without transit."""
    return _chord_duration(orbit, 1.0 + k)


def full_duration(orbit: Orbit, k: float) -> float:
    """Hours from second to third contact (T23); 0 for a grazing transit."""
    return _chord_duration(orbit, 1.0 - k)


def contact_times(orbit: Orbit, k: float) -> tuple[float, float, float, float]:
    """First to fourth contact, hour. A grazing transit has its second and third contact at t0."""
    outer, inner = 0.5 * transit_duration(orbit, k), 0.5 * full_duration(orbit, k)
    return orbit.t0 - outer, orbit.t0 - inner, orbit.t0 + inner, orbit.t0 + outer
