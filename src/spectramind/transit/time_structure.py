"""Structure in time that neither planet nor drift explains, and what it does to the depth.

Steps, and decays that begin or end at any instant, are tried against what a fit leaves: a ramp is
a decay from the start, a flare one from its outburst, a drop at the end a late step. Where one of
them is seen, the depth that the light curve gives with it and without it differ, and by that much
the depth is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from spectramind.transit.common_residuals import CommonResidual

FloatArray = NDArray[np.float64]

_ORDER = 5
_SPACING = 0.1  # hour between the instants at which structures begin
_DECAYS = (0.1, 0.3, 0.9)  # hour
_LEAST_SEEN = 0.05  # of a tried series that known ones do not hold
_LEAST_PRICE = 0.2  # of a structure's amplitude: limb darkening and orbit give way as well
_EDGE = 0.75  # hour
LEAST_SAMPLES = 40
LEAST_GAIN = 36.0
"""Fall of chi^2 below which a structure is one of the hundreds that noise makes."""
_ROUNDS = 3


@dataclass(frozen=True)
class Structure:
    """What stands in a light curve.

    gain    fall of chi^2 by the strongest
    name    of the flag that it raises
    change  of the depth when structures are taken out, relative to it; 0 where none is seen
    """

    gain: float
    name: str
    change: float


def structures_of(time: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(time, structure) steps and decays, and the instant (structure,) of each."""
    start, end = float(time[0]), float(time[-1])
    instants = np.arange(start, end, _SPACING)
    since = time[:, None] - instants
    shapes = [np.where(since >= 0.0, 1.0, 0.0)]
    for decay in _DECAYS:
        size = np.abs(since) / decay
        shapes.append(np.where(since >= 0.0, np.exp(-size), 0.0))
        shapes.append(np.where(since <= 0.0, np.exp(-size), 0.0))
    return np.concatenate(shapes, axis=1), np.tile(instants, len(shapes))


def known_series(curve: CommonResidual) -> FloatArray:
    """(time, series) the depth first, then mid-time, duration, and the drift."""
    unit = 2.0 * (curve.time - curve.time[0]) / (curve.time[-1] - curve.time[0]) - 1.0
    slope = np.gradient(curve.dip, curve.time)
    middle = float(np.sum(curve.time * curve.dip) / max(np.sum(curve.dip), 1e-300))
    return np.column_stack(
        [
            -curve.dip,
            slope,
            slope * (curve.time - middle),
            legendre.legvander(unit, _ORDER),
        ]
    )


@dataclass(frozen=True)
class _Whitened:
    """Usable samples over their noise: residual (sample,), known and tried series (sample, n)."""

    rest: FloatArray
    known: FloatArray
    tried: FloatArray

    def depth(self) -> float:
        """Change of the depth that the residual asks for, in units of the first known series."""
        return float(np.linalg.lstsq(self.known, self.rest, rcond=1e-8)[0][0])

    def size_of_last(self) -> float:
        """Amplitude of the known series that was added last, relative flux."""
        return float(np.linalg.lstsq(self.known, self.rest, rcond=1e-8)[0][-1])

    def gains(self) -> FloatArray:
        """(tried,) fall of chi^2 by each tried series beside all known ones."""
        basis, _ = np.linalg.qr(self.known)
        free = self.tried - basis @ (basis.T @ self.tried)
        size = np.sum(free**2, axis=0)
        seen = size > _LEAST_SEEN**2 * np.sum(self.tried**2, axis=0)
        cross = free.T @ (self.rest - basis @ (basis.T @ self.rest))
        return np.asarray(np.where(seen, cross**2 / np.where(seen, size, 1.0), 0.0))


def _whitened(curve: CommonResidual, shapes: FloatArray) -> _Whitened:
    good = np.isfinite(curve.sigma)
    inverse = 1.0 / curve.sigma[good]
    known = known_series(curve)[good] * inverse[:, None]
    known[:, 1:] /= np.maximum(np.linalg.norm(known[:, 1:], axis=0), np.finfo(float).tiny)
    return _Whitened(curve.rest[good] * inverse, known, shapes[good] * inverse[:, None])


def structure_of(curve: CommonResidual) -> Structure:
    """The strongest structures of a light curve, and their price."""
    if np.isfinite(curve.sigma).sum() < LEAST_SAMPLES or curve.dip.max() <= 0.0:
        return Structure(0.0, "", 0.0)
    shapes, instants = structures_of(curve.time)
    problem = _whitened(curve, shapes)
    plain, strongest, name, change = problem.depth(), 0.0, "", 0.0
    for found in range(_ROUNDS):
        gains = problem.gains()
        index = int(np.argmax(gains))
        if found == 0:
            strongest, name = float(gains[index]), _name(curve.time, float(instants[index]))
        if gains[index] < LEAST_GAIN:
            break
        wider = np.column_stack([problem.known, problem.tried[:, index]])
        problem = replace(problem, known=wider)
        size = abs(problem.size_of_last()) / float(curve.dip.max())
        change = max(change, abs(problem.depth() - plain), _LEAST_PRICE * size)
    return Structure(strongest, name, change)


def _name(time: FloatArray, instant: float) -> str:
    at_edge = min(instant - float(time[0]), float(time[-1]) - instant) < _EDGE
    return "edge_structure" if at_edge else "time_structure"
