"""How well the detector behaved during a visit, from the binned pixels."""

from __future__ import annotations

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.light_curves import DetectorHealth, FloatArray
from spectramind.detector.windows import PixelWindow


def detector_health(
    binned: BinnedWindow,
    window: PixelWindow,
    constants: DetectorConstants,
    foreground: FloatArray,
) -> DetectorHealth:
    """What happened on the detector, see `DetectorHealth`.

    Parameters
    ----------
    foreground : (channel, time) electron / pixel / pair
    """
    rows = window.rows.astype(np.float64)
    weight = (binned.star_count > 0).all(axis=2).astype(np.float64)
    # Rows in the sums run from the window's middle, to keep the digits of a small shift.
    middle = rows.mean()
    moments = np.stack([weight, weight * (rows - middle)])
    bins = binned.star.shape[2]
    light, moment = moments.reshape(2, -1) @ binned.star.reshape(-1, bins)
    light -= moments[0].sum(axis=0) @ foreground
    moment -= moments[1].sum(axis=0) @ foreground
    return DetectorHealth(
        bad_pixels=int(np.count_nonzero(constants.bad.ravel()[window.star])),
        cosmic_rays=binned.rejected,
        foreground=foreground.mean(axis=0),
        centroid=middle + moment / light,
    )
