"""What a transit fit says about one planet: depths, their covariance, geometry, white curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import InstrumentName

FloatArray = NDArray[np.float64]
EstimatorName = Literal["polynomial", "joint"]


@dataclass(frozen=True)
class WhiteLightCurve:
    """Band-integrated light curve of one instrument in one visit, with the fitted model.

    time     (time,) hour since the start of the visit
    flux     (time,) relative to the star outside transit, drift removed; NaN where masked
    model    (time,) the fit, same scale
    sigma    (time,) standard deviation of `flux`; inf where masked
    """

    instrument: InstrumentName
    visit: int
    time: FloatArray
    flux: FloatArray
    model: FloatArray
    sigma: FloatArray


@dataclass(frozen=True)
class DepthPosterior:
    """Gaussian posterior of the 283 transit depths (Rp/Rs)^2 of one planet.

    The covariance is diag(variance_diagonal) + factors @ factors.T.

    depth              (283,) posterior mean; channel 0 is FGS1, then AIRS by ascending wavelength
    variance_diagonal  (283,) variance that is independent between channels
    factors            (283, rank) common-mode errors, one column each; rank may be 0
    flags              what is doubtful about this fit, e.g. "no_transit", "visits_disagree"
    geometry           scalars of the fit: t0_<visit> (hour), duration (hour), period (day),
                       a_over_rs, impact, k_airs, ...
    white              white light curves with the fit, for reports and diagnostics
    """

    planet_id: int
    estimator: EstimatorName
    depth: FloatArray
    variance_diagonal: FloatArray
    factors: FloatArray
    flags: tuple[str, ...] = ()
    geometry: dict[str, float] = field(default_factory=dict)
    white: tuple[WhiteLightCurve, ...] = ()

    @property
    def sigma(self) -> FloatArray:
        """(283,) marginal standard deviation of each depth."""
        variance = self.variance_diagonal + np.sum(self.factors**2, axis=1)
        return np.asarray(np.sqrt(variance), dtype=np.float64)
