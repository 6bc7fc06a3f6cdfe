"""What a page is made from: arrays over planets, and what may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.score import NaiveModel

FloatArray = NDArray[np.float64]
Kind = Literal["ok", "doubtful", "fallback"]


@dataclass(frozen=True)
class WhiteCurves:
    """White light curves of one instrument and visit, binned; NaN where there is none.

    time, flux, model, sigma : (planet, bin) hour; relative to the star
    """

    name: str
    time: FloatArray
    flux: FloatArray
    model: FloatArray
    sigma: FloatArray


@dataclass(frozen=True)
class HealthCurves:
    """How the detector behaved in one instrument and visit, binned; NaN where it is not known.

    time        (planet, bin) hour
    foreground  (planet, bin) electron / pixel / pair
    centroid    (planet, bin) pixel, relative to its median: the jitter across the spectrum
    """

    name: str
    time: FloatArray
    foreground: FloatArray
    centroid: FloatArray


@dataclass(frozen=True)
class PhysicsPosterior:
    """What the transit inference says by itself, NaN where it failed.

    depth, sigma    (planet, 283)
    phase_residual  (planet, 283, phase) mean residual / standard error, None where not kept
    limb_darkening  (planet,) mean over AIRS of what the limb lacks of the centre's brightness
    """

    depth: FloatArray
    sigma: FloatArray
    phase_residual: FloatArray | None
    limb_darkening: FloatArray | None


@dataclass(frozen=True)
class Interval:
    """Calibrated interval around the answer.

    name        e.g. "90%"
    half_width  (planet, 283) transit depth
    level       share of channels within it; None for a band that holds whole spectra
    """

    name: str
    half_width: FloatArray
    level: float | None


@dataclass(frozen=True)
class Fact:
    """One property as text, by planet; empty where it is not known."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class PlanetSet:
    """All planets of a page.

    kinds        "doubtful" where a flag says so, "fallback" where there is no spectrum
    notes        flags of the fit, or the reason of the fallback; empty where there are none
    wavelength   (283,) micrometre; channel 0 is FGS1, then AIRS by ascending wavelength
    mu, sigma    (planet, 283) transit depth (Rp/Rs)^2
    truth        (planet, 283), NaN for planets whose truth is not known; None where none is
    naive        answer that scores 0, where it is known
    stars        (planet,) by name with unit, e.g. "temperature of the star (K)"
    intervals    calibrated intervals beside the Gaussian ones
    violations   (planet, 283) by symbolic rule; about 1 for white noise of the stated sigma
    """

    planet_ids: tuple[str, ...]
    kinds: tuple[Kind, ...]
    notes: tuple[str, ...]
    wavelength: FloatArray
    mu: FloatArray
    sigma: FloatArray
    truth: FloatArray | None = None
    naive: NaiveModel | None = None
    physics: PhysicsPosterior | None = None
    white: tuple[WhiteCurves, ...] = ()
    health: tuple[HealthCurves, ...] = ()
    stars: Mapping[str, FloatArray] = field(default_factory=dict)
    intervals: tuple[Interval, ...] = ()
    violations: Mapping[str, FloatArray] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(planet,) True where there is a spectrum of our own and a truth to hold it against."""
        own = np.array([kind != "fallback" for kind in self.kinds], dtype=np.bool_)
        if self.truth is None:
            return np.zeros(len(own), dtype=np.bool_)
        return own & np.isfinite(self.truth).all(axis=1)


@dataclass(frozen=True)
class Journal:
    """How the run went: not part of a bundle, whose bytes depend on inputs alone.

    commands  as they were given, oldest first
    events    (time, verb, event, details) of the runs into this folder
    """

    commands: tuple[str, ...]
    events: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Origin:
    """Where the numbers come from.

    configuration  resolved, YAML
    provenance     text by name: run hash, commit, data digest, versions
    journal        None where it is left out
    """

    configuration: str
    provenance: Mapping[str, str]
    journal: Journal | None = None
