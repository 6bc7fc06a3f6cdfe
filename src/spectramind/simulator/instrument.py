"""An instrument as data: everything in which one survey's light can differ from another's.

A survey is one instrument's, as configured, or (`sim.families`) is dealt over several that are
drawn at random. A family is a function of the seed and its number alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.simulator.chemistry import Chemistry
from spectramind.simulator.gain_drift import DriftKind
from spectramind.simulator.limb_darkening import LimbTrend
from spectramind.simulator.limb_laws import LIMB_LAWS, LimbLaw

_Card = TypeVar("_Card")

_FAMILY_STREAM, _DECK_STREAM = 0xFA311, 0xFA312
_EASY: tuple[DriftKind, ...] = (
    *("polynomial", "polynomial", "polynomial"),
    *("quartic", "quartic", "linear", "none"),
)
"""Seven of ten families: drift that few polynomials follow, as on most instruments."""
_ODD: tuple[DriftKind, ...] = ("settling", "thermal", "red")
_ODD_PLACES = (2, 5, 8)
"""Spread over each ten, so that any number of families has three fifths of the easy kinds."""


@dataclass(frozen=True)
class Instrument:
    """What a survey's telescope and stars are like, beyond the difficulty of its preset.

    law          limb-darkening law of its stars; "mixed" lets each star draw its own
    limb         how their limb darkening differs from that of model atmospheres
    drift        kind of the gain drift
    drift_size   factor on the size of the drift
    pointing     factor on the motion of the line of sight
    dispersion   further factor on the motion of AIRS along its dispersion
    noise        factor on the noise: stars are brighter by its inverse square, as far as
                 saturation allows
    chemistry    of the planets' air; None leaves it to the preset
    """

    law: LimbLaw | Literal["mixed"]
    limb: LimbTrend
    drift: DriftKind
    drift_size: float
    pointing: float
    dispersion: float
    noise: float
    chemistry: Chemistry | None


def configured_instrument(config: SimulatorConfig) -> Instrument:
    """The instrument that the configuration describes key by key."""
    return Instrument(
        law=config.limb_darkening,
        limb=LimbTrend(config.limb_u1, config.limb_u2, config.limb_slope, config.limb_heat),
        drift=config.drift,
        drift_size=config.drift_size,
        pointing=config.pointing,
        dispersion=config.pointing_dispersion,
        noise=config.noise,
        chemistry=config.chemistry,
    )


def family_of(config: SimulatorConfig, index: int) -> int | None:
    """Number of the family that planet `index` belongs to; None in a survey without families."""
    return index % config.families if config.families else None


def planet_instrument(config: SimulatorConfig, index: int) -> Instrument:
    """The instrument that observes planet number `index`."""
    family = family_of(config, index)
    if family is None:
        return configured_instrument(config)
    return draw_instrument(config.seed, family)


def family_name(seed: int, family: int) -> str:
    """Name of a family in tables: its number, drift and law."""
    instrument = draw_instrument(seed, family)
    return f"{family:03d}-{instrument.drift}-{instrument.law}"


def draw_instrument(seed: int, family: int) -> Instrument:
    """Instrument number `family` of the survey `seed`.

    Laws are dealt five by five and drift kinds ten by ten, so that few families hold all of them.
    """
    rng = np.random.default_rng((_FAMILY_STREAM, seed, family))
    two_chances = rng.random(2)
    return Instrument(
        law=_deal(seed, family, LIMB_LAWS),
        limb=LimbTrend(
            u1=float(rng.normal(0.0, 0.04)),
            u2=float(rng.normal(0.0, 0.04)),
            slope=float(rng.normal(0.0, 0.15)),
            heat=float(rng.normal(0.0, 0.06)),
        ),
        drift=_drift(seed, family),
        drift_size=float(np.exp(rng.uniform(np.log(0.5), np.log(2.0)))),
        pointing=float(np.exp(rng.uniform(np.log(0.3), np.log(3.0)))),
        dispersion=float(rng.uniform(1.0, 5.0)) if two_chances[0] < 0.4 else 1.0,
        noise=float(np.exp(rng.uniform(np.log(0.7), np.log(1.5)))),
        chemistry="foreign" if two_chances[1] < 0.25 else "nominal",
    )


def _deal(seed: int, number: int, deck: tuple[_Card, ...]) -> _Card:
    """Card `number` of decks that are shuffled one after the other."""
    round_number, place = divmod(number, len(deck))
    rng = np.random.default_rng((_DECK_STREAM, seed, len(deck), round_number))
    return deck[int(rng.permutation(len(deck))[place])]


def _drift(seed: int, family: int) -> DriftKind:
    tens, place = divmod(family, len(_EASY) + len(_ODD))
    if place in _ODD_PLACES:
        return _deal(seed, len(_ODD) * tens + _ODD_PLACES.index(place), _ODD)
    before = sum(odd < place for odd in _ODD_PLACES)
    return _deal(seed, len(_EASY) * tens + place - before, _EASY)
