"""Moments of the stellar disk hidden by the planet's disk, and their derivatives.

With radial coordinate rho and mu = sqrt(1 - rho^2) on a star of radius 1, the moments over the
overlap of the star with a disk of radius k at distance z are

    O0 = int dA,   O1 = int mu dA,   O2 = int (4 mu^2 - 2) dA,

the basis of E. Agol, R. Luger & D. Foreman-Mackey, AJ 159, 123 (2020), eq. 21-24, in which a
quadratic law is linear. O1 follows K. Mandel & E. Agol, ApJ 580, L171 (2002), table 1. O0 and O2
and all derivatives are written out from line integrals along the planet's limb, by Green's theorem:
dO/dk is the intensity there integrated over the arc, dO/dz its component along the motion.
"""

from __future__ import annotations

import math

from spectramind.jit import kernel
from spectramind.transit.elliptic import complete_integrals

Moments = tuple[float, float, float, float, float, float, float, float, float]
"""O0, O1, O2, then their z derivatives, then their k derivatives."""

_SERIES = 1e-4  # below this parameter the difference of E and K is taken from its series


@kernel
def _covers_star(z: float, k: float) -> bool:
    return z <= k - 1.0


@kernel
def _linear_inside(z: float, k: float) -> tuple[float, float, float]:
    """O1, dO1/dz, dO1/dk for a planet entirely on the disk: z <= 1 - k (MA02 cases 3, 4, 9, 10)."""
    a, b = (z - k) ** 2, (z + k) ** 2
    q = (k - z) * (k + z)
    rim = 1.0 - a  # 1 - rho^2 at the innermost point of the planet's limb
    m = 4.0 * z * k / rim
    third = b / a if a > 0.0 else 1.0
    big_k, big_e, big_pi = complete_integrals((1.0 - b) / rim, third)
    value = (1.0 - 5.0 * z * z + k * k + q * q) * big_k + rim * (z * z + 7.0 * k * k - 4.0) * big_e
    # The Pi term is odd in k - z with a finite jump that the full-disk term below takes up.
    value -= 3.0 * (k + z) / (k - z) * big_pi if a > 0.0 else 0.0
    full = 2.0 / 3.0 if k > z else (1.0 / 3.0 if k == z else 0.0)
    root = math.sqrt(rim)
    if m < _SERIES:
        difference = -0.1875 * math.pi * m * m * (1.0 + 0.25 * m)
    else:
        difference = (m - 2.0) * big_e + 2.0 * (1.0 - m) * big_k
    return (
        2.0 * value / (9.0 * root) + math.pi * full,
        0.0 if m == 0.0 else 4.0 * k * root * difference / (3.0 * m),
        4.0 * k * root * big_e,
    )


@kernel
def _linear_crossing(z: float, k: float) -> tuple[float, float, float]:
    """O1, dO1/dz, dO1/dk for a planet across the limb: |1 - k| < z < 1 + k (MA02 cases 2, 7, 8)."""
    a, b = (z - k) ** 2, (z + k) ** 2
    q = (k - z) * (k + z)
    zk = z * k
    kc_squared = (z + k - 1.0) * (z + k + 1.0) / (4.0 * zk)
    m = 1.0 - kc_squared
    third = 1.0 / a if a > 0.0 else 1.0
    big_k, big_e, big_pi = complete_integrals(kc_squared, third)
    value = ((1.0 - b) * (2.0 * b + a - 3.0) - 3.0 * q * (b - 2.0)) * big_k
    value += 4.0 * zk * (z * z + 7.0 * k * k - 4.0) * big_e
    value -= 3.0 * (k + z) / (k - z) * big_pi if a > 0.0 else 0.0
    full = 2.0 / 3.0 if k > z else (1.0 / 3.0 if k == z else 0.0)
    root = math.sqrt(zk)
    return (
        value / (9.0 * root) + math.pi * full,
        8.0 / 3.0 * k * root * ((1.0 - 2.0 * m) * big_e - kc_squared * big_k),
        8.0 * k * root * (big_e - kc_squared * big_k),
    )


@kernel
def hidden_moments(z: float, k: float) -> Moments:
    """Moments O0, O1, O2 hidden by the planet with their derivatives.

    Parameters
    ----------
    z : distance of the centres / stellar radius, >= 0 (inf: no occultation)
    k : radius ratio; no planet where <= 0

    Returns
    -------
    O0, O1, O2, dO0/dz, dO1/dz, dO2/dz, dO0/dk, dO1/dk, dO2/dk : stellar radius^2
    """
    if z >= 1.0 + k or k <= 0.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if math.isnan(z + k):
        nan = math.nan
        return nan, nan, nan, nan, nan, nan, nan, nan, nan
    if _covers_star(z, k):
        return math.pi, 2.0 / 3.0 * math.pi, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    z2, k2 = z * z, k * k
    if z <= 1.0 - k:
        linear, linear_z, linear_k = _linear_inside(z, k)
        area = math.pi * k2
        return (
            area,
            linear,
            2.0 * area * (1.0 - 2.0 * z2 - k2),
            0.0,
            linear_z,
            -8.0 * area * z,
            2.0 * math.pi * k,
            linear_k,
            4.0 * math.pi * k * (1.0 - 2.0 * z2 - 2.0 * k2),
        )
    linear, linear_z, linear_k = _linear_crossing(z, k)
    # kite: area of the quadrilateral of both centres and both intersections (Heron, factored).
    kite = 0.5 * math.sqrt(max((1.0 + k + z) * (k + z - 1.0) * (1.0 - k + z) * (1.0 + k - z), 0.0))
    arc = math.atan2(2.0 * kite, (k - 1.0) * (k + 1.0) + z2)  # half arc seen from the planet
    limb = math.atan2(2.0 * kite, (1.0 - k) * (1.0 + k) + z2)  # half arc seen from the star
    sine = kite / (z * k)
    cosine = (1.0 - z2 - k2) / (2.0 * z * k)
    square = arc - sine * cosine  # integral of cos^2 over the arc
    inner = 1.0 - z2 - k2
    quadratic = 2.0 * k2 * inner * arc - 2.0 * kite * (inner - 2.0 * k2) - 2.0 * z2 * k2 * square
    edge = 2.0 - 4.0 * (z2 + k2)
    return (
        k2 * arc + limb - kite,
        linear,
        quadratic,
        -2.0 * k * sine,
        linear_z,
        -2.0 * k * (edge * sine + 4.0 * z * k * square),
        2.0 * k * arc,
        linear_k,
        2.0 * k * (edge * arc + 8.0 * kite),
    )
