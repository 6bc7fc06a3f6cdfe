"""Priors that compete for a planet, part by part: star and orbit, drift, spectrum.

What was learnt from other planets may not hold for this star or this instrument. Each part of the
prior is therefore a mixture, and the light curves choose by their evidence; see `evidence`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError
from spectramind.transit.depth_prior import FREE_DEPTH, DepthPrior
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]

PARTS = ("limb darkening and orbit", "drift", "spectrum")
LEARNT, ADAPTED, GENERIC = "learnt", "adapted", "generic"


class Combination(NamedTuple):
    """Number of the prior that each part is taken from."""

    star: int
    drift: int
    depth: int


@dataclass(frozen=True)
class DepthBasis:
    """A prior of the spectrum as independent standard normal variables.

    prior    of the spectrum
    unit     (283, 283) its covariance for unit amplitude
    free     (283, 2) common depth, FGS1 offset: what does not grow with the amplitude
    shapes   (283, shape) columns that do
    rest     (283,) variance for unit amplitude that the columns leave out: light curves say
             nothing about it, so that it stays as it is
    """

    prior: DepthPrior
    unit: FloatArray
    free: FloatArray
    shapes: FloatArray
    rest: FloatArray


@dataclass(frozen=True)
class PriorChoices:
    """Named priors of the same size for one set of channels, the preferred one first.

    wavelength  (282,) micrometre, of AIRS
    overruled   whether evidence may overrule the preferred prior
    """

    names: tuple[str, ...]
    priors: tuple[TransitPriors, ...]
    wavelength: tuple[float, ...]
    overruled: bool = True

    def __post_init__(self) -> None:
        """Parts of different size cannot be exchanged."""
        if len({prior.orders for prior in self.priors}) != 1:
            sizes = ", ".join(str(prior.orders) for prior in self.priors)
            raise ConfigurationError(f"priors that compete must be of one size, found {sizes}")

    @cached_property
    def depth_bases(self) -> tuple[DepthBasis, ...]:
        """One for each prior."""
        return tuple(depth_basis(p.depth, np.array(self.wavelength)) for p in self.priors)

    @property
    def cautious(self) -> TransitPriors:
        """Where a fit starts: the prior that fits everybody, if there is a choice."""
        return self.priors[-1] if self.overruled else self.priors[0]

    def combined(self, choice: Combination) -> TransitPriors:
        """The prior whose parts are those of a combination."""
        star, drift, depth = (self.priors[number] for number in choice)
        if choice.star == choice.drift == choice.depth:
            return star
        origin = "; ".join(
            f"{part}: {self.names[number]}" for part, number in zip(PARTS, choice, strict=True)
        )
        return replace(star, drift=drift.drift, depth=depth.depth, learnt_from=origin)

    def combinations(self) -> Iterator[Combination]:
        """All of them, the preferred prior first; equal parts of two priors count once."""
        parts = (
            _distinct([(p.star_mean, p.star_scatter) for p in self.priors]),
            _distinct([p.drift.blocks for p in self.priors]),
            _distinct([(p.depth.shapes, np.array(p.depth.values)) for p in self.priors]),
        )
        return (Combination(*choice) for choice in product(*parts))


def _distinct(parts: list[tuple[FloatArray, ...]]) -> list[int]:
    kept: list[int] = []
    for number, part in enumerate(parts):
        if not any(all(map(np.array_equal, part, parts[other])) for other in kept):
            kept.append(number)
    return kept


def only(priors: TransitPriors, wavelength: FloatArray) -> PriorChoices:
    """No choice.

    Parameters
    ----------
    wavelength : (282,) micrometre, of AIRS
    """
    return PriorChoices(("given",), (priors,), tuple(wavelength.tolist()))


_LEAST_VARIANCE = 2e-4
"""Of the strongest shape: what is left out is below a hundredth of the amplitude."""


def depth_basis(prior: DepthPrior, wavelength: FloatArray) -> DepthBasis:
    """Principal components of a prior of the spectrum.

    Parameters
    ----------
    wavelength : (282,) micrometre, of AIRS
    """
    unit = prior.unit_covariance(wavelength)
    values, vectors = np.linalg.eigh(unit)
    kept = values > _LEAST_VARIANCE * values[-1]
    free = np.zeros((len(unit), 2))
    free[:, 0] = FREE_DEPTH
    free[0, 1] = prior.offset
    shapes = vectors[:, kept] * np.sqrt(values[kept])
    rest = np.maximum(np.diag(unit) - np.sum(shapes**2, axis=1), 0.0)
    return DepthBasis(prior, unit, free, shapes, rest)
