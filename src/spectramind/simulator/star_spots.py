"""Dark spots and bright faculae: chromatic offsets of the depth, and bumps where one is crossed.

Each feature is a small round patch of another temperature. It takes (spots) or adds (faculae)
light all the time; while the planet hides part of it, that part of its effect is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Features:
    """Patches on the visible disk.

    x, y          (feature,) stellar radii, along and across the transit's path
    radius        (feature,) stellar radii, as seen at the disk's centre
    temperature   (feature,) K
    """

    x: FloatArray
    y: FloatArray
    radius: FloatArray
    temperature: FloatArray


def draw_features(rng: np.random.Generator, temperature: float, impact: float) -> Features:
    """Draw up to three spots and two faculae; one of them near the planet's path."""
    spots, faculae = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    count = spots + faculae
    distance, angle = np.sqrt(rng.random(count)) * 0.85, rng.uniform(0.0, 2 * np.pi, count)
    x, y = distance * np.cos(angle), distance * np.sin(angle)
    y[0] = np.clip(impact + 0.05 * rng.standard_normal(), -0.9, 0.9)
    x[0] = rng.uniform(-0.8, 0.8) * np.sqrt(1.0 - y[0] ** 2)
    change = np.concatenate([-rng.uniform(300.0, 1200.0, spots), rng.uniform(50.0, 250.0, faculae)])
    return Features(x, y, rng.uniform(0.03, 0.1, count), temperature + change)


def overlap(distance: FloatArray, radius: float, other: float) -> FloatArray:
    """Area common to two circles, in the square of the unit of length.

    Parameters
    ----------
    distance : (time,) of the centres
    """
    d = np.clip(distance, abs(radius - other), radius + other)
    d = np.maximum(d, 1e-12)
    first = np.clip((d**2 + radius**2 - other**2) / (2 * d * radius), -1.0, 1.0)
    second = np.clip((d**2 + other**2 - radius**2) / (2 * d * other), -1.0, 1.0)
    product = (-d + radius + other) * (d + radius - other) * (d - radius + other)
    lens = 0.5 * np.sqrt(np.maximum(product * (d + radius + other), 0.0))
    return np.asarray(radius**2 * np.arccos(first) + other**2 * np.arccos(second) - lens)


def brightness_contrast(wavelength: FloatArray, temperature: FloatArray, star: float) -> FloatArray:
    """(feature, channel) brightness of each patch over that of the star, less 1: Planck's law."""
    x = 14387.77 / wavelength
    return np.asarray(np.expm1(x / star) / np.expm1(x / temperature[:, None]) - 1.0)


def feature_light(
    features: Features,
    path: tuple[FloatArray, FloatArray],
    k: float,
    contrast: FloatArray,
    quadratic: FloatArray,
) -> FloatArray:
    """Light that the features add to that of the spotless star (negative for spots).

    Parameters
    ----------
    path : (time,) x and y of the planet, stellar radii, inf where behind the star
    k : radius ratio; its change with wavelength matters to second order only
    contrast : (feature, channel)
    quadratic : (2, channel) limb darkening, which dims features near the limb

    Returns
    -------
    (time, channel) in units of the spotless star
    """
    u1, u2 = quadratic
    total = np.pi * (1.0 - u1 / 3.0 - u2 / 6.0)
    light = np.zeros((path[0].size, u1.size))
    for x, y, radius, step in zip(features.x, features.y, features.radius, contrast, strict=True):
        mu = np.sqrt(1.0 - x * x - y * y)
        intensity = (1.0 - u1 * (1.0 - mu) - u2 * (1.0 - mu) ** 2) / total
        # Foreshortening shrinks the patch's area by mu; a circle of that area stands for it.
        seen = radius * np.sqrt(mu)
        distance = np.hypot(path[0] - x, path[1] - y)
        hidden = np.where(np.isfinite(distance), overlap(distance, seen, k), 0.0)
        light += (np.pi * seen**2 - hidden)[:, None] * (step * intensity)
    return light
