"""Depth of a transiting planet's isothermal atmosphere, through spherical shells.

    D = [R0^2 + sum_i (1 - T_i) (r_{i+1}^2 - r_i^2)] / Rs^2,    T_i = exp(-tau_i)

R0 is an opaque level (a deep pressure or the top of a grey cloud) and tau_i the optical depth of
the straight ray that grazes the middle of shell i. Source: Brown 2001, ApJ 553, 1006, eq. 1-5;
the g(r) structure integrates dP/P = -(mu G M / k T r^2) dr exactly: 1/r is linear in ln P.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.constants import ATOMIC_MASS, BOLTZMANN, GRAVITATION
from spectramind.errors import ConfigurationError
from spectramind.jit import kernel

FloatArray = NDArray[np.float64]

SHELLS = 150
"""Shells from the opaque level up; the sum is then within 0.2 ppm of the integral."""
TOP_PRESSURE = 1e-5
"""Pa; above it nothing absorbs that this package knows of."""
OVERLAP_DOPPLER = 0.01
OVERLAP_PRESSURE = 3e-5
"""Width over spacing of lines, y = OVERLAP_DOPPLER + OVERLAP_PRESSURE * P (Pa), in Malkmus' law.

Two numbers for all molecules, chosen on a TauREx 2 spectrum of hot water; see
docs/decisions.md.
"""


@dataclass(frozen=True)
class Planets:
    """Structure of a batch of isothermal planets; every field is (planet,).

    star_radius    m
    radius         m, at the opaque pressure
    mass           kg
    temperature    K
    weight         mean molecular weight, atomic mass units
    pressure       Pa, of the opaque level: a deep reference or the top of a grey cloud
    """

    star_radius: FloatArray
    radius: FloatArray
    mass: FloatArray
    temperature: FloatArray
    weight: FloatArray
    pressure: FloatArray

    def __post_init__(self) -> None:
        """Refuse what no planet can be.

        Raises
        ------
        ConfigurationError : a value that is not finite and positive, or no bound atmosphere
        """
        for name, values in vars(self).items():
            if not (np.all(np.isfinite(values)) and np.all(np.asarray(values) > 0)):
                raise ConfigurationError(
                    f"planet {name}: expected finite values above 0, found {np.min(values)}"
                )

    @property
    def scale_height(self) -> FloatArray:
        """(planet,) m, at the opaque level."""
        gravity = GRAVITATION * self.mass / self.radius**2
        return BOLTZMANN * self.temperature / (self.weight * ATOMIC_MASS * gravity)


def shell_radii(planets: Planets, constant_gravity: bool = False) -> FloatArray:
    """Radii of the shell boundaries, equidistant in ln P.

    Returns
    -------
    (planet, shell + 1) m, ascending from the opaque level

    Raises
    ------
    ConfigurationError : the atmosphere is not bound up to the top pressure
    """
    fraction = np.linspace(0.0, 1.0, SHELLS + 1)
    radius, height = planets.radius[:, None], planets.scale_height[:, None]
    log_ratio = np.log(np.maximum(planets.pressure[:, None] / TOP_PRESSURE, np.e)) * fraction
    if constant_gravity:
        return radius + height * log_ratio
    shrink = 1.0 - height / radius * log_ratio
    if np.any(shrink <= 0.1):
        raise ConfigurationError(
            "planet structure: expected a bound atmosphere, found a scale height of "
            f"{np.max(height / radius):.3g} radii; raise the mass or lower the temperature"
        )
    return radius / shrink


def slant_columns(planets: Planets, radii: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Columns along the rays that graze the middle of each shell.

    Returns
    -------
    column          (planet, shell) molecule / cm2
    square_column   (planet, shell) molecule2 / cm5, the density squared along the ray
    """
    edges = np.log(planets.pressure / TOP_PRESSURE).clip(min=1.0)[:, None]
    middle = (np.arange(SHELLS) + 0.5) / SHELLS
    pressure = planets.pressure[:, None] * np.exp(-edges * middle)
    density = pressure / (BOLTZMANN * planets.temperature[:, None]) * 1e-6
    # Mean density over a shell, exact for an exponential of this width: sinh(x) / x.
    half = edges / (2 * SHELLS)
    linear = density * np.sinh(half) / half
    square = density**2 * np.sinh(2 * half) / (2 * half)
    impact = 0.5 * (radii[:, 1:] + radii[:, :-1])
    column, square_column = np.empty_like(density), np.empty_like(density)
    for shell in range(SHELLS):
        outer = radii[:, shell + 1 :]
        reach = np.sqrt(outer**2 - impact[:, shell, None] ** 2)
        path = 200.0 * np.diff(reach, axis=1, prepend=0.0)
        # Half of the grazed shell lies below the ray; its mean density is that of the upper half.
        weights = linear[:, shell:].copy()
        weights[:, 0] = _upper_half(density[:, shell], half[:, 0], 1)
        column[:, shell] = np.sum(path * weights, axis=1)
        weights = square[:, shell:].copy()
        weights[:, 0] = _upper_half(density[:, shell] ** 2, half[:, 0], 2)
        square_column[:, shell] = np.sum(path * weights, axis=1)
    return column, square_column


def _upper_half(density: FloatArray, half: FloatArray, power: int) -> FloatArray:
    """Mean along the ray of the density from the middle of a shell to its top.

    The path below height h grows as sqrt(h), so heights near the bottom weigh more: to first
    order the mean sits a third of the way up.
    """
    return np.asarray(density * np.exp(-power * half / 3.0))


def line_overlap(planets: Planets) -> FloatArray:
    """Line width over line spacing at each shell, (planet, shell)."""
    depth = np.log(planets.pressure / TOP_PRESSURE).clip(min=1.0)[:, None]
    middle = (np.arange(SHELLS) + 0.5) / SHELLS
    pressure = planets.pressure[:, None] * np.exp(-depth * middle)
    return np.asarray(OVERLAP_DOPPLER + OVERLAP_PRESSURE * pressure)


@dataclass(frozen=True)
class Opacity:
    """What absorbs, per molecule of air; all (planet, wavelength).

    smooth      cm2 / molecule, resolved: scattering, grey absorption, cross-sections line by line
    lines       cm2 / molecule, mean over unresolved lines
    collision   cm5 / molecule2
    """

    smooth: FloatArray
    lines: FloatArray | None = None
    collision: FloatArray | None = None

    def arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """All three as contiguous arrays, zeros where absent.

        Raises
        ------
        ConfigurationError : negative or not finite
        """
        smooth = np.ascontiguousarray(self.smooth, dtype=np.float64)
        lines, collision = (
            np.zeros_like(smooth) if given is None else np.ascontiguousarray(given)
            for given in (self.lines, self.collision)
        )
        values = (smooth, lines, collision)
        for name, array in zip(("smooth", "lines", "collision"), values, strict=True):
            if not np.all(np.isfinite(array)) or np.any(array < 0):
                raise ConfigurationError(f"{name} opacity: expected finite values of at least 0")
        return values


@dataclass(frozen=True)
class Rays:
    """Slant rays of a batch of planets; all (planet, shell).

    column          molecule / cm2
    square_column   molecule2 / cm5
    overlap         line width over line spacing
    ring            area of the shell's ring over that of the star
    """

    column: FloatArray
    square_column: FloatArray
    overlap: FloatArray
    ring: FloatArray


def slant_rays(planets: Planets, constant_gravity: bool = False) -> Rays:
    """Rays through the middle of every shell."""
    radii = shell_radii(planets, constant_gravity)
    ring = np.diff(radii**2, axis=1) / planets.star_radius[:, None] ** 2
    return Rays(*slant_columns(planets, radii), line_overlap(planets), ring)


@kernel
def _ring_sum(
    rays: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    opacity: tuple[FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    column, square_column, overlap, ring = rays
    smooth, lines, collision = opacity
    planets, wavelengths = smooth.shape
    area = np.zeros((planets, wavelengths))
    for p in range(planets):
        for i in range(column.shape[1]):
            strong = 0.5 * np.pi * overlap[p, i]
            for w in range(wavelengths):
                mean = column[p, i] * lines[p, w]
                tau = column[p, i] * smooth[p, w] + square_column[p, i] * collision[p, w]
                tau += 2.0 * mean / (1.0 + np.sqrt(1.0 + 2.0 * mean / strong))
                if tau > 1e-9:
                    area[p, w] -= ring[p, i] * np.expm1(-tau)
    return area


def absorbed_area(rays: Rays, opacity: Opacity) -> FloatArray:
    """Reference of the compiled sum over shells, sum_i (1 - T_i) ring_i, in plain numpy.

    Unresolved lines follow Malkmus 1967 (J. Opt. Soc. Am. 57, 323): with mean optical depth t and
    overlap y, -ln T = (pi y / 2) (sqrt(1 + 4 t / (pi y)) - 1), which is t while lines are weak.

    Returns
    -------
    (planet, wavelength) in units of the star's disc
    """
    smooth, lines, collision = opacity.arrays()
    mean = rays.column[:, :, None] * lines[:, None]
    strong = 0.5 * np.pi * rays.overlap[:, :, None]
    tau = strong * (np.sqrt(1 + 2 * mean / strong) - 1)
    tau = tau + rays.column[:, :, None] * smooth[:, None]
    tau = tau + rays.square_column[:, :, None] * collision[:, None]
    return np.asarray(np.sum(-np.expm1(-tau) * rays.ring[:, :, None], axis=1))


def transmission_depth(
    planets: Planets, opacity: Opacity, constant_gravity: bool = False
) -> FloatArray:
    """Transit depth of each planet at each wavelength.

    Parameters
    ----------
    planets : structure, (planet,)
    opacity : what absorbs, (planet, wavelength)
    constant_gravity : hold g at its value at the opaque level (for comparison with other codes)

    Returns
    -------
    (planet, wavelength) depth, dimensionless

    Raises
    ------
    ConfigurationError : negative opacities or an atmosphere that is not bound
    """
    rays = slant_rays(planets, constant_gravity)
    area = _ring_sum((rays.column, rays.square_column, rays.overlap, rays.ring), opacity.arrays())
    disc = planets.radius**2 / planets.star_radius**2
    return np.asarray(disc[:, None] + area)
