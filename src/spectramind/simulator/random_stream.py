"""Counter-based random numbers for compiled kernels: one stream for each pixel, in any order.

A stream is a 64-bit counter that is stepped by an odd constant and mixed (SplitMix64: Steele, Lea
& Flood 2014). Streams depend on the seed, the visit and the pixel only, so the same frames come
out on any number of workers. Normal deviates by the ziggurat (Marsaglia & Tsang 2000) with the
256 layers and the unbiased form of Doornik (2005).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spectramind.jit import kernel

UIntArray = NDArray[np.uint64]
FloatArray = NDArray[np.float64]

_LAYERS = 256
_TAIL = 3.6541528853610088
_AREA = 4.92867323399e-3
POISSON_BY_INVERSION = 3.0
"""Mean below which counts are drawn exactly."""


def _ziggurat() -> tuple[FloatArray, FloatArray]:
    """Edges x (layer + 1) and the share x_{i+1} / x_i of each layer that needs no test."""
    edges = np.empty(_LAYERS + 1)
    density = math.exp(-0.5 * _TAIL**2)
    edges[0] = _AREA / density
    edges[1] = _TAIL
    for i in range(2, _LAYERS):
        density = math.exp(-0.5 * edges[i - 1] ** 2) + _AREA / edges[i - 1]
        edges[i] = math.sqrt(-2.0 * math.log(density))
    edges[_LAYERS] = 0.0
    return edges, edges[1:] / edges[:-1]


_EDGES, _INNER = _ziggurat()


def stream_key(*entropy: int) -> np.uint64:
    """Key of a family of streams from non-negative integers such as (seed, planet, visit)."""
    return np.uint64(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])


@kernel
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def start_stream(key: np.uint64, index: int) -> UIntArray:
    """State of stream `index` of a family; pass it on to the functions that draw."""
    state = np.empty(1, np.uint64)
    state[0] = _mix(key ^ _mix(np.uint64(index) + np.uint64(0x9E3779B97F4A7C15)))
    return state


@kernel
def _bits(state: UIntArray) -> np.uint64:
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return _mix(state[0])


@kernel
def uniform(state: UIntArray) -> float:
    """Uniform in the open interval (0, 1)."""
    return (np.int64(_bits(state) >> np.uint64(11)) + 0.5) * 2.0**-53


@kernel
def normal(state: UIntArray) -> float:
    """Standard normal."""
    while True:
        bits = _bits(state)
        layer = np.int64(bits & np.uint64(255))
        u = ((np.int64(bits) >> 11) + 0.5) * 2.0**-52
        if abs(u) < _INNER[layer]:
            return float(u * _EDGES[layer])
        if layer == 0:
            while True:
                x = math.log(uniform(state)) / _TAIL
                if -2.0 * math.log(uniform(state)) >= x * x:
                    return _TAIL - x if u > 0.0 else x - _TAIL
        x = u * _EDGES[layer]
        outer = math.exp(-0.5 * (_EDGES[layer] ** 2 - x * x))
        inner = math.exp(-0.5 * (_EDGES[layer + 1] ** 2 - x * x))
        if inner + uniform(state) * (outer - inner) < 1.0:
            return float(x)


@kernel
def poisson(state: UIntArray, mean: float) -> float:
    """Number of events; exact below a mean of 3, above it normal with the Poisson skewness.

    The Cornish-Fisher term (z^2 - 1) / 6 makes the first three cumulants those of the Poisson law
    to order 1 / mean; rounding would be lost below the read noise and the digitisation.
    """
    if mean <= 0.0:
        return 0.0
    if mean < POISSON_BY_INVERSION:
        probability = math.exp(-mean)
        u = uniform(state)
        count = 0.0
        while u > probability and count < 100.0:
            u -= probability
            count += 1.0
            probability *= mean / count
        return count
    z = normal(state)
    return mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0


@kernel
def draw_normals(state: UIntArray, out: FloatArray) -> None:
    """Fill `out`, (row, column), with standard normals."""
    for row in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[row, i] = normal(state)
