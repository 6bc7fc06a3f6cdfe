"""Rotational structure of a vibrational band: positions, lower energies and weights of its lines.

Linear, spherical and asymmetric rotors with rotational constants that differ between the two
vibrational states. Source: Herzberg, Molecular Spectra and Molecular Structure II, ch. IV;
Zare, Angular Momentum, ch. 6 (line strengths from direction-cosine matrix elements).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Axis = Literal["a", "b", "c"]
Constants = tuple[float, float, float]
Distortion = tuple[float, float, float]

ENERGY_LIMIT = 12000.0
"""1/cm; lines from higher rotational levels carry under 1 % of a band at 2500 K."""


@dataclass(frozen=True)
class Lines:
    """Lines of one band relative to its centre, all (line,).

    offset   1/cm from the band centre
    energy   1/cm of the lower rotational level
    weight   line strength including degeneracy, before the Boltzmann factor
    """

    offset: FloatArray
    energy: FloatArray
    weight: FloatArray


@lru_cache(maxsize=64)
def linear_lines(lower: float, upper: float, q_branch: bool) -> Lines:
    """Lines of a linear molecule: a parallel band (P, R) or a perpendicular one (P, Q, R).

    Parameters
    ----------
    lower, upper : B of the two vibrational states, 1/cm
    q_branch : the transition moment is perpendicular to the axis
    """
    j = np.arange(int(np.sqrt(ENERGY_LIMIT / lower)), dtype=np.float64)
    energy = lower * j * (j + 1)
    steps = (-1, 0, 1) if q_branch else (-1, 1)
    # Honl-London factors for l = 0 to l' = 0 or 1.
    parallel = {-1: j, 1: j + 1}
    perpendicular = {-1: (j - 1) / 2, 0: (2 * j + 1) / 2, 1: (j + 2) / 2}
    factors = perpendicular if q_branch else parallel
    return _collect(j, energy, upper, steps, factors)


@lru_cache(maxsize=64)
def spherical_lines(lower: float, upper: float, coriolis: float) -> Lines:
    """Lines of a spherical top in a triply degenerate band.

    First-order Coriolis coupling moves the P and R lines toward the centre: their spacing is
    2 B (1 - coriolis), and the Q branch stays (Herzberg II, eq. IV, 77).
    """
    j = np.arange(int(np.sqrt(ENERGY_LIMIT / lower)), dtype=np.float64)
    energy = lower * j * (j + 1)
    multiplicity = 2 * j + 1
    factors = {s: multiplicity * np.maximum(multiplicity + 2 * s, 0.0) for s in (-1, 0, 1)}
    lines = _collect(j, energy, upper, (-1, 0, 1), factors)
    shift = {-1: 2 * upper * coriolis * j, 0: 0.0 * j, 1: -2 * upper * coriolis * (j + 1)}
    moved = lines.offset + np.concatenate([shift[s] for s in (-1, 0, 1)])
    return Lines(moved, lines.energy, lines.weight)


def _collect(
    j: FloatArray,
    energy: FloatArray,
    upper: float,
    steps: tuple[int, ...],
    factors: dict[int, FloatArray],
) -> Lines:
    offsets = [upper * (j + s) * (j + s + 1) - energy for s in steps]
    return Lines(
        np.concatenate(offsets),
        np.tile(energy, len(steps)),
        np.concatenate([np.maximum(factors[s], 0.0) for s in steps]),
    )


@lru_cache(maxsize=64)
def asymmetric_lines(
    lower: Constants, upper: Constants, axis: Axis, distortion: Distortion = (0.0, 0.0, 0.0)
) -> Lines:
    """Lines of an asymmetric (or symmetric) top whose transition moment lies along one axis.

    Parameters
    ----------
    lower, upper : (A, B, C) of the two vibrational states, 1/cm
    axis : principal axis of the transition moment
    distortion : (D_J, D_JK, D_K), 1/cm, the same in both states
    """
    limit = min(int(np.sqrt(ENERGY_LIMIT / lower[2])), 36)
    below = [_levels(j, lower, distortion) for j in range(limit + 2)]
    above = [_levels(j, upper, distortion) for j in range(limit + 2)]
    offsets, energies, weights = [], [], []
    for j in range(limit + 1):
        energy, vectors = below[j]
        for k in range(max(j - 1, 0), j + 2):
            if j == k == 0:
                continue
            energy_up, vectors_up = above[k]
            moment = vectors_up.T @ _moment(j, k, axis) @ vectors
            weight = (2 * j + 1) * moment**2
            keep = (weight > 1e-3) & (energy < ENERGY_LIMIT)
            offsets.append((energy_up[:, None] - energy)[keep])
            energies.append(np.broadcast_to(energy, weight.shape)[keep])
            weights.append(weight[keep])
    return Lines(np.concatenate(offsets), np.concatenate(energies), np.concatenate(weights))


def _levels(j: int, constants: Constants, distortion: Distortion) -> tuple[FloatArray, FloatArray]:
    """Energies (2j + 1,) and eigenvectors in the basis of K = -j..j along the a axis.

    Centrifugal distortion enters as the Pade form E^2 / (E + Q), which keeps the first-order
    correction -Q and stays monotonic where the power series diverges (Polyansky 1985).
    """
    a, b, c = constants
    k = np.arange(-j, j + 1, dtype=np.float64)
    square = float(j * (j + 1))
    diagonal = 0.5 * (b + c) * (square - k**2) + a * k**2
    quartic = distortion[0] * square**2 + distortion[1] * square * k**2 + distortion[2] * k**4
    scale = np.where(diagonal > 0, diagonal / np.maximum(diagonal + quartic, 1e-9), 1.0)
    step = (square - k[:-2] * (k[:-2] + 1)) * (square - (k[:-2] + 1) * (k[:-2] + 2))
    coupling = 0.25 * (b - c) * np.sqrt(np.maximum(step, 0.0)) if j > 0 else np.zeros(0)
    coupling = coupling * np.sqrt(scale[:-2] * scale[2:]) if j > 0 else coupling
    matrix = np.diag(diagonal * scale)
    if j > 0:
        matrix += np.diag(coupling, 2) + np.diag(coupling, -2)
    energy, vectors = np.linalg.eigh(matrix)
    return energy, vectors


def _moment(j: int, upper: int, axis: Axis) -> FloatArray:
    """Direction-cosine matrix (2 upper + 1, 2 j + 1) between K' and K (Zare, table 2.4)."""
    if axis == "a":
        return _clebsch(j, upper, 0)
    sign = -1.0 if axis == "b" else 1.0
    return np.asarray((_clebsch(j, upper, -1) + sign * _clebsch(j, upper, 1)) / np.sqrt(2.0))


def _clebsch(j: int, upper: int, q: int) -> FloatArray:
    """<j K 1 q | upper K+q> as a matrix over K' (rows) and K (columns)."""
    k = np.arange(-j, j + 1, dtype=np.float64)
    s = k * q if q else k
    if q == 0:
        value = {
            j + 1: np.sqrt((j - k + 1) * (j + k + 1) / ((2 * j + 1) * (j + 1))),
            j: k / np.sqrt(max(j * (j + 1), 1)),
            j - 1: -np.sqrt((j - k) * (j + k) / max(j * (2 * j + 1), 1)),
        }[upper]
    else:
        value = {
            j + 1: np.sqrt((j + s + 1) * (j + s + 2) / ((2 * j + 1) * (2 * j + 2))),
            j: -q * np.sqrt((j + s + 1) * (j - s) / max(2 * j * (j + 1), 1)),
            j - 1: np.sqrt(np.maximum((j - s - 1) * (j - s), 0) / max(2 * j * (2 * j + 1), 1)),
        }[upper]
    matrix = np.zeros((2 * upper + 1, 2 * j + 1))
    row = (k + q + upper).astype(int)
    inside = (row >= 0) & (row <= 2 * upper)
    matrix[row[inside], np.flatnonzero(inside)] = value[inside]
    return matrix
