"""What a report of one submission is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import ScoreReport
from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PlanetPanel:
    """One planet of the submission.

    status     "fallback" where no spectrum could be inferred
    note       flags of the fit, or the reason of the fallback; empty where there are none
    mu, sigma  (283,) transit depth (Rp/Rs)^2 as handed in; channel 0 is FGS1, then AIRS
    white      white light curves with the fit; empty where none were kept
    truth      (283,) true depth, None where it is not known
    """

    planet_id: int | str
    status: Literal["ok", "fallback"]
    note: str
    mu: FloatArray
    sigma: FloatArray
    white: tuple[WhiteLightCurve, ...] = ()
    truth: FloatArray | None = None


@dataclass(frozen=True)
class ReportContent:
    """Everything that `write_report` shows.

    validation     verdict on the submission file
    estimator      which estimator made the spectra
    wavelength     (283,) micrometre; channel 0 is FGS1, then AIRS by ascending wavelength
    planets        in the order of the submission
    configuration  resolved configuration, YAML
    provenance     text by name: run hash, data digest, versions, command
    score          where the truth is known
    """

    validation: ValidationReport
    estimator: str
    wavelength: FloatArray
    planets: tuple[PlanetPanel, ...]
    configuration: str
    provenance: Mapping[str, str]
    score: ScoreReport | None = None
