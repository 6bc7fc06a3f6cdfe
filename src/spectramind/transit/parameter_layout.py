"""Where each quantity stands in the parameter vector of the joint inference.

Order: depths | star and orbit (with learnt priors) | drift of each visit (with learnt priors) |
visit scales | mid-times and levels. What comes first is reported or learnt from; what comes last is
eliminated first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS, N_CHANNELS
from spectramind.transit.channel_transit import N_LIMB

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class DriftOrders:
    """Size of the drift model.

    time      highest Legendre order in time
    colour    highest Legendre order in wavelength of AIRS drift
    limb      highest Legendre order in wavelength of AIRS limb darkening
    """

    time: int
    colour: int
    limb: int

    @property
    def airs(self) -> int:
        """Drift coefficients of AIRS in one visit, time order by wavelength order."""
        return self.time * (self.colour + 1)

    @property
    def visit(self) -> int:
        """Drift coefficients of one visit: AIRS matrix, its separable part, FGS1."""
        return self.airs + self.time + (self.colour + 1) + self.time

    @property
    def star(self) -> int:
        """Limb darkening of AIRS (order by term) and FGS1 (term), ln(a/R*), impact parameter."""
        return (self.limb + 2) * N_LIMB + 2


@dataclass(frozen=True)
class ParameterLayout:
    """Index arrays into the parameter vector."""

    orders: DriftOrders
    visits: int

    @cached_property
    def depth(self) -> IntArray:
        """(283,) depths."""
        return np.arange(N_CHANNELS)

    @cached_property
    def star(self) -> IntArray:
        """(star,) limb darkening and orbit shape."""
        return N_CHANNELS + np.arange(self.orders.star)

    @property
    def limb_airs(self) -> IntArray:
        """(order, 3) limb darkening of AIRS as Legendre series in wavelength."""
        return self.star[: (self.orders.limb + 1) * N_LIMB].reshape(-1, N_LIMB)

    @property
    def limb_fgs1(self) -> IntArray:
        """(1, 3) limb darkening of FGS1."""
        return self.star[-2 - N_LIMB : -2].reshape(1, N_LIMB)

    @property
    def orbit(self) -> IntArray:
        """(2,) ln(a/R*) and impact parameter."""
        return self.star[-2:]

    def _drift(self, visit: int) -> int:
        return N_CHANNELS + self.orders.star + visit * self.orders.visit

    def departure(self, visit: int) -> IntArray:
        """(time order, wavelength order) what the drift of AIRS has beside its separable part."""
        first = self._drift(visit)
        return (first + np.arange(self.orders.airs)).reshape(self.orders.time, -1)

    def gain_time(self, visit: int) -> IntArray:
        """(time order,) factor in time of the separable drift of AIRS."""
        return self._drift(visit) + self.orders.airs + np.arange(self.orders.time)

    def gain_colour(self, visit: int) -> IntArray:
        """(wavelength order,) factor in wavelength of the separable drift of AIRS."""
        first = self._drift(visit) + self.orders.airs + self.orders.time
        return first + np.arange(self.orders.colour + 1)

    def drift_fgs1(self, visit: int) -> IntArray:
        """(time order, 1) drift of FGS1."""
        first = self._drift(visit + 1) - self.orders.time
        return (first + np.arange(self.orders.time)).reshape(-1, 1)

    def drift(self, visit: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """All drift of a visit: departure, factor in time, FGS1, factor in wavelength, flat."""
        return (
            self.departure(visit).ravel(),
            self.gain_time(visit),
            self.drift_fgs1(visit).ravel(),
            self.gain_colour(visit),
        )

    @property
    def _scales(self) -> int:
        return N_CHANNELS + self.orders.star + self.visits * self.orders.visit

    @property
    def nuisance(self) -> IntArray:
        """Star, orbit, drift and visit scales: what the depths are marginalised over."""
        return np.arange(N_CHANNELS, self.leading)

    @property
    def star_places(self) -> IntArray:
        """(star,) places of limb darkening and orbit among the nuisance parameters."""
        return np.asarray(self.star - N_CHANNELS)

    def drift_places(self, visit: int) -> tuple[IntArray, ...]:
        """Places of the four parts of a visit's drift among the nuisance parameters."""
        return tuple(part - N_CHANNELS for part in self.drift(visit))

    def scale_place(self, visit: int) -> int:
        """Place of a visit's depth scale among the nuisance parameters."""
        return self.visit_scale(visit) - N_CHANNELS

    def visit_scale(self, visit: int) -> int:
        """Relative excess of all depths in one visit."""
        return self._scales + visit

    @property
    def leading(self) -> int:
        """Number of parameters that stay when mid-times and levels are eliminated."""
        return self._scales + self.visits

    def t0(self, visit: int) -> int:
        """Mid-time of one visit."""
        return self.leading + visit * (2 + N_AIRS)

    def level_fgs1(self, visit: int) -> IntArray:
        """(1,) level of FGS1, relative to the median."""
        return np.array([self.t0(visit) + 1])

    def level_airs(self, visit: int) -> IntArray:
        """(282,) levels of AIRS, relative to the median."""
        return self.t0(visit) + 2 + np.arange(N_AIRS)

    @property
    def size(self) -> int:
        """Length of the parameter vector."""
        return self.leading + self.visits * (2 + N_AIRS)
