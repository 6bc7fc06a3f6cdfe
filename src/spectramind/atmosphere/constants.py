"""Physical constants in SI (CODATA 2018, exact since 2019 where possible; IAU 2015 nominal)."""

from __future__ import annotations

BOLTZMANN = 1.380649e-23
"""J / K."""
PLANCK = 6.62607015e-34
"""J s."""
LIGHT_SPEED = 299792458.0
"""m / s."""
ATOMIC_MASS = 1.66053906660e-27
"""kg."""
GRAVITATION = 6.67430e-11
"""m3 / kg / s2."""

SECOND_RADIATION = 100.0 * PLANCK * LIGHT_SPEED / BOLTZMANN
"""h c / k in cm K: wavenumber in 1/cm times this, over temperature, is energy over k T."""

SOLAR_RADIUS = 6.957e8
"""m."""
JUPITER_MASS = 1.89813e27
"""kg."""
