"""How well the detector behaved during a visit, from the binned pixels."""

from __future__ import annotations

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.light_curves import BoolArray, DetectorHealth, FloatArray
from spectramind.detector.pixel_mask import PixelFlag
from spectramind.detector.window_sums import filled_bins, weighted_series
from spectramind.detector.windows import PixelWindow


def detector_health(
    binned: BinnedWindow,
    window: PixelWindow,
    constants: DetectorConstants,
    foreground: FloatArray,
    saturated: BoolArray,
) -> DetectorHealth:
    """What happened on the detector, see `DetectorHealth`.

    Parameters
    ----------
    foreground : (channel, time) electron / pixel / pair
    saturated : (pixel, channel)
    """
    rows = window.rows.astype(np.float64)
    bins = binned.star.shape[2]
    weight = (filled_bins(binned.star_count) == bins).astype(np.float64)
    # Rows in the sums run from the window's middle, to keep the digits of a small shift.
    middle = rows.mean()
    moments = np.stack([weight, weight * (rows - middle)])
    light, moment = weighted_series(moments, binned.star)
    # The foreground is the same in all pixels of a channel.
    dim = weighted_series(moments.sum(axis=1, keepdims=True), foreground[None])
    light, moment = light - dim[0], moment - dim[1]
    return DetectorHealth(
        bad_pixels=int(np.count_nonzero(constants.bad.ravel()[window.star] | saturated)),
        cosmic_rays=binned.rejected,
        foreground=foreground.mean(axis=0),
        centroid=middle + moment / light,
        reasons=_reasons(constants, window, saturated),
    )


def _reasons(
    constants: DetectorConstants, window: PixelWindow, saturated: BoolArray
) -> dict[str, int]:
    """Number of pixels of the window by the reason for which they are left out."""
    flags = constants.flags.ravel()[window.star]
    counts = {str(flag.name).lower(): int(np.count_nonzero(flags & flag)) for flag in PixelFlag}
    return {**counts, "saturated": int(np.count_nonzero(saturated))}
