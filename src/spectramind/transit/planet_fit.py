"""Everything that the joint inference says about one planet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import InstrumentName
from spectramind.transit.belief import PriorJudgement
from spectramind.transit.light_information import LightInformation
from spectramind.transit.phase_residuals import PhaseResiduals
from spectramind.transit.posterior import DepthPosterior

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CurveFit:
    """How well one light curve is described.

    drift      (time order, wavelength order) Legendre coefficients
    templates  number of jitter patterns that were taken out
    samples    number of usable samples
    scatter    rms residual / noise from differences of neighbours; 1 for white noise
    stated     rms residual / noise that the light curve states (photon and read noise)
    """

    instrument: InstrumentName
    visit: int
    drift: FloatArray
    templates: int
    samples: int
    scatter: float
    stated: float


ORBIT_PARAMETERS = ("ln a/R*", "impact", "AIRS depth", "FGS1 depth")
"""What `PlanetFit.orbit_covariance` is about; the AIRS depth is the mean over its channels."""


@dataclass(frozen=True)
class BandLightCurves:
    """AIRS light curves of one visit in a few bands, drift and jitter removed.

    wavelength  (band,) micrometre, middle of each band
    time        (time,) hour
    flux        (time, band) relative to the star; NaN where masked
    model       (time, band)
    """

    visit: int
    wavelength: FloatArray
    time: FloatArray
    flux: FloatArray
    model: FloatArray


@dataclass(frozen=True)
class PlanetFit:
    """Posterior of one planet and everything that a diagnosis needs.

    posterior       depths with covariance, geometry, flags and white light curves
    seen_errors     (2,) common errors of FGS1 and AIRS, relative to the depth, that residuals show
    limb_darkening  (283, 3) of I(mu) = 1 - u1 (1 - mu) - u2 (1 - mu)^2 - u3 (1 - sqrt(mu))
    orbit_covariance (4, 4) of ORBIT_PARAMETERS; NaN after a fallback
    curves          one entry for each light curve
    bands           light curves by colour, one entry a visit
    residuals       of each channel by phase of the transit, all visits together
    chi2            mean squared residual / noise from differences, over all curves
    iterations      steps that were taken; 0 where the fit fell back to the first estimator
    information     what any prior is judged by and learnt from; None after a fallback
    depth_information (283, 283) inverse covariance of the depths by the light curves and what is
                    believed of star, orbit and drift, with no prior of the spectrum; None likewise
    judgement       of the priors that the fit was made with; None after a fallback or where there
                    was no choice
    adapted         of the priors with those that the survey taught before them; None where the
                    posterior is that of the fit
    learnt_from     origin of the preferred prior
    """

    posterior: DepthPosterior
    seen_errors: FloatArray
    limb_darkening: FloatArray
    orbit_covariance: FloatArray
    curves: tuple[CurveFit, ...]
    bands: tuple[BandLightCurves, ...]
    residuals: PhaseResiduals
    chi2: float
    iterations: int
    information: LightInformation | None
    depth_information: FloatArray | None
    judgement: PriorJudgement | None
    adapted: PriorJudgement | None
    learnt_from: str
