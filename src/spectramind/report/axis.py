"""Axes: round tick values, their labels, and the way from values to drawing units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def round_ticks(low: float, high: float, count: int) -> list[float]:
    """About `count` multiples of 1, 2 or 5 times a power of ten between `low` and `high`."""
    # Of 1, 2, 5 the next one above 0.7 times the exact step gives 0.55 to 1.4 times `count` ticks.
    least = 0.7 * (high - low) / count
    power = 10.0 ** math.floor(math.log10(least))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= least)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def tick_labels(ticks: list[float]) -> list[str]:
    """Labels with just the decimals that tell the ticks apart, thousands set off."""
    if not ticks:
        return []
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{tick + 0.0:,.{decimals}f}".replace(",", "\u2009") for tick in ticks]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between `low` and `high`, both positive; in a short span 2 and 5 times them."""
    factors = (1, 2, 5) if high / low < 300 else (1,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [factor * 10.0**power for power in powers for factor in factors]
    return [value for value in values if low <= value <= high]


@dataclass(frozen=True)
class Axis:
    """One axis: values from `low` to `high` go to drawing units from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def units(self, values: FloatArray) -> FloatArray:
        """Values in drawing units; what lies outside the axis is drawn at its end."""
        clipped = np.clip(values, self.low, self.high)
        if self.log:
            share = np.log(clipped / self.low) / math.log(self.high / self.low)
        else:
            share = (clipped - self.low) / (self.high - self.low)
        return np.asarray(self.start + share * (self.end - self.start), dtype=np.float64)

    def ticks(self, count: int) -> list[tuple[float, str]]:
        """Place in drawing units and label of the ticks, about `count` on a linear axis."""
        if self.log:
            values = log_ticks(self.low, self.high)
            labels = [tick_labels([value])[0] for value in values]
        else:
            values = round_ticks(self.low, self.high, count)
            labels = tick_labels(values)
        places = self.units(np.asarray(values, dtype=np.float64)).tolist()
        return list(zip(places, labels, strict=True))


def span(*values: FloatArray, margin: float = 0.06, least: float = 1e-12) -> tuple[float, float]:
    """Lowest and highest finite value of all arrays, with a margin on either side.

    `least` is the smallest width, for values that are all alike.
    """
    everything = np.concatenate([np.ravel(part) for part in values])
    finite = everything[np.isfinite(everything)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    extra = max(margin * (high - low), (least - (high - low)) / 2)
    return low - extra, high + extra
