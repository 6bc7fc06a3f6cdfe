"""The stage: from the files of one visit to its light curves."""

from __future__ import annotations

import math

import numpy as np

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.detector.binned_window import (
    BinnedWindow,
    Cadence,
    bin_window,
    good_pixels,
)
from spectramind.detector.cosmic_rays import MINIMUM_BLOCK
from spectramind.detector.detector_constants import (
    DetectorConstants,
    Steps,
    detector_constants,
)
from spectramind.detector.extract_window import Extraction, extract_window
from spectramind.detector.light_curves import (
    DetectorHealth,
    FloatArray,
    LightCurve,
    VisitLightCurves,
)
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.signal_file import read_pixels
from spectramind.detector.time_binning import bin_times, pair_times, pairs_within
from spectramind.detector.windows import PixelWindow, airs_window, fgs1_window
from spectramind.errors import DataError
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import Survey, Visit
from spectramind.survey.instruments import AIRS, FGS1, Instrument
from spectramind.survey.signals import check_signal


def pixel_limits(config: DetectorConfig) -> PixelLimits:
    """What the configuration says about bad pixels."""
    return PixelLimits(config.hot_sigma, config.linearity_range, config.flat_range)


def cadence(times: FloatArray, bin_seconds: float, config: DetectorConfig) -> Cadence:
    """Group the pairs by duration, so that a sparse survey is not smeared.

    Parameters
    ----------
    times : (pair,) hour, middle of the exposures
    bin_seconds : length of a time bin, s
    """
    return Cadence(
        pairs=max(1, times.size - config.skip_last_pairs),
        per_bin=pairs_within(times, bin_seconds),
        block=max(MINIMUM_BLOCK, pairs_within(times, config.cosmic_ray_seconds)),
        sigma=config.cosmic_ray_sigma or math.inf,
    )


def reduce_instrument(
    visit: Visit,
    survey: Survey,
    instrument: Instrument,
    window: PixelWindow,
    config: DetectorConfig,
) -> LightCurve:
    """Light curve of one instrument: read, calibrate, reject, bin, extract.

    Raises
    ------
    DataError : calibration or signal file not as expected, or a channel without a usable pixel
    """
    path, hours = visit.signal(instrument.name), survey.axes.hours[instrument.name]
    check_signal(path, instrument, hours.size)
    seconds = (instrument.first_read_seconds, instrument.last_read_seconds)
    constants = detector_constants(
        read_calibration(visit.calibration(instrument.name), instrument),
        survey.adc[instrument.name],
        seconds,
        pixel_limits(config),
        Steps(config.linearity, config.dark, config.flat),
    )
    refuse_lost_channels(visit, instrument, window, constants)
    is_airs = instrument is AIRS
    times = pair_times(hours, instrument.name)
    plan = cadence(times, config.airs_bin_seconds if is_airs else config.fgs1_bin_seconds, config)
    pixels = good_pixels(window, constants)
    columns = read_pixels(path, pixels, hours.size, config.batch_mib)
    binned = bin_window(columns, pixels, window, constants, plan)
    middle = bin_times(times[: plan.pairs], plan.per_bin)
    spacing = float(np.median(np.diff(middle))) if middle.size > 1 else config.foreground_hours
    choice = Extraction(
        config.extraction, config.foreground, max(1, round(config.foreground_hours / spacing))
    )
    extracted = extract_window(binned, window, constants, choice)
    return LightCurve(
        instrument.name,
        middle,
        survey.wavelength[1:] if is_airs else survey.wavelength[:1],
        extracted.flux.T.copy(),
        extracted.variance.T.copy(),
        extracted.mask.T.copy(),
        plan.per_bin,
        health(binned, window, constants, extracted.foreground),
    )


def health(
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
    light = np.einsum("pct,pc->t", binned.star, weight) - np.einsum("ct,pc->t", foreground, weight)
    moment = np.einsum("pct,pc->t", binned.star, weight * (rows - middle)) - np.einsum(
        "ct,pc->t", foreground, weight * (rows - middle)
    )
    return DetectorHealth(
        bad_pixels=int(np.count_nonzero(constants.bad.ravel()[window.star])),
        cosmic_rays=binned.rejected,
        foreground=foreground.mean(axis=0),
        centroid=middle + moment / light,
    )


def refuse_lost_channels(
    visit: Visit, instrument: Instrument, window: PixelWindow, constants: DetectorConstants
) -> None:
    """Raise a DataError that names the first channel whose pixels are all bad."""
    lost = np.flatnonzero(constants.bad.ravel()[window.star].all(axis=0))
    if lost.size:
        column = int(window.star[0, lost[0]]) % window.columns
        raise DataError(
            visit.calibration(instrument.name),
            "a usable pixel in every channel",
            f"all pixels bad in {lost.size} channel(s), the first at detector column {column}",
            "check dead, flat and linear_corr, or widen the extraction window",
        )


def reduce_visit(visit: Visit, survey: Survey, config: DetectorConfig) -> VisitLightCurves:
    """Light curves of both instruments of one visit.

    Raises
    ------
    DataError : one of the visit's files is not as expected
    """
    fgs1 = fgs1_window(config.fgs1_rows, config.fgs1_columns, config.fgs1_background_rows)
    airs = airs_window(config.airs_rows, config.airs_background_rows)
    skipped = [name for name in ("linearity", "dark", "flat") if not getattr(config, name)]
    skipped += ["hot pixels"] if config.hot_sigma is None else []
    skipped += ["cosmic rays"] if config.cosmic_ray_sigma is None else []
    skipped += ["foreground"] if config.foreground == "none" else []
    return VisitLightCurves(
        visit.planet_id,
        visit.index,
        fgs1=reduce_instrument(visit, survey, FGS1, fgs1, config),
        airs=reduce_instrument(visit, survey, AIRS, airs, config),
        attributes={"SKIPPED": ", ".join(skipped) or "none", "extraction": config.extraction},
    )
