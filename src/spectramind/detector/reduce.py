"""The stage: from the files of one visit to its light curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.detector.binned_window import (
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
from spectramind.detector.detector_health import detector_health
from spectramind.detector.extract_window import Extraction, extract_window
from spectramind.detector.light_curves import (
    FloatArray,
    LightCurve,
    VisitLightCurves,
)
from spectramind.detector.light_on_detector import (
    doubtful_light,
    impossible_light,
    light_evidence,
)
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.saturation import saturation_of, without_saturated
from spectramind.detector.signal_file import read_pixels
from spectramind.detector.time_binning import bin_times, pair_times, pairs_within
from spectramind.detector.windows import IndexArray, PixelWindow, airs_window, fgs1_window
from spectramind.errors import DataError
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import Survey, Visit
from spectramind.survey.instruments import AIRS, FGS1, Instrument

_MOST_LOST = 0.25
"""Share of the channels that may have no usable pixel."""


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


@dataclass(frozen=True)
class Setup:
    """What is known of one instrument before its signal file is opened.

    pixels   (pixel,) detector indices to read: the good ones of the window, ascending
    """

    instrument: Instrument
    window: PixelWindow
    constants: DetectorConstants
    pixels: IndexArray


def prepare(visit: Visit, survey: Survey, instrument: Instrument, config: DetectorConfig) -> Setup:
    """Read the calibration and choose the pixels.

    Raises
    ------
    DataError : calibration not as expected, or too many channels without a usable pixel
    """
    if instrument is AIRS:
        window = airs_window(config.airs_rows, config.airs_background_rows)
    else:
        window = fgs1_window(config.fgs1_rows, config.fgs1_columns, config.fgs1_background_rows)
    constants = detector_constants(
        read_calibration(visit.calibration(instrument.name), instrument),
        survey.converter(visit.planet_id, instrument.name),
        (instrument.first_read_seconds, instrument.last_read_seconds),
        PixelLimits(config.hot_sigma, config.linearity_range, config.flat_range),
        Steps(config.linearity, config.dark, config.flat),
    )
    refuse_lost_channels(visit.calibration(instrument.name), window, constants)
    return Setup(instrument, window, constants, good_pixels(window, constants))


def reduce_instrument(
    visit: Visit, survey: Survey, instrument: Instrument, config: DetectorConfig
) -> LightCurve:
    """Light curve of one instrument: read, calibrate, reject, bin, extract.

    Raises
    ------
    DataError : calibration or signal file not as expected, too many channels without a usable
        pixel, or frames that cannot be those of a star
    """
    is_airs = instrument is AIRS
    path, hours = visit.signal(instrument.name), survey.axes.hours[instrument.name]
    setup = prepare(visit, survey, instrument, config)
    times = pair_times(hours, instrument.name)
    plan = cadence(times, config.airs_bin_seconds if is_airs else config.fgs1_bin_seconds, config)
    columns = read_pixels(path, setup.pixels, hours.size, config.batch_mib)
    binned = bin_window(columns, setup.pixels, setup.window, setup.constants, plan)
    saturated = saturation_of(binned, plan.pairs)
    evidence = light_evidence(binned, saturated, setup.window, setup.constants)
    if fault := impossible_light(evidence, plan.per_bin):
        raise DataError(path, fault.expected, fault.found, fault.remedy)
    binned = without_saturated(binned, saturated)
    times = bin_times(times[: plan.pairs], plan.per_bin)
    choice = Extraction(config.extraction, config.foreground)
    extracted = extract_window(binned, setup.window, setup.constants, choice)
    lost = extracted.mask | evidence.repeated
    return LightCurve(
        instrument.name,
        times,
        survey.wavelength[1:] if is_airs else survey.wavelength[:1],
        np.where(lost, np.nan, extracted.flux).T.copy(),
        np.where(lost, np.inf, extracted.variance).T.copy(),
        lost.T.copy(),
        plan.per_bin,
        detector_health(binned, setup.window, setup.constants, extracted.foreground, saturated),
        doubtful_light(evidence, plan.per_bin),
    )


def refuse_lost_channels(folder: Path, window: PixelWindow, constants: DetectorConstants) -> None:
    """Raise a DataError where so many channels have no usable pixel that the detector is lost.

    A few are masked channels: their neighbours tell of them.

    Parameters
    ----------
    folder : the calibration that says so
    """
    lost = np.flatnonzero(constants.bad.ravel()[window.star].all(axis=0))
    if lost.size > _MOST_LOST * window.star.shape[1]:
        column = int(window.star[0, lost[0]]) % window.columns
        raise DataError(
            folder,
            f"a usable pixel in at least {1.0 - _MOST_LOST:.0%} of the channels",
            f"all pixels bad in {lost.size} channel(s), the first at detector column {column}",
            "check dead, flat and linear_corr, or widen the extraction window",
        )


def _doubts(curves: Sequence[LightCurve], visit: int) -> dict[str, str]:
    """Attribute with the flags of the frames; none where there are none."""
    flags = [f"{name}/{curve.instrument}/{visit}" for curve in curves for name in curve.doubts]
    return {"doubts": " ".join(flags)} if flags else {}


def reduce_visit(visit: Visit, survey: Survey, config: DetectorConfig) -> VisitLightCurves:
    """Light curves of both instruments of one visit.

    Raises
    ------
    DataError : one of the visit's files is not as expected
    """
    skipped = [name for name in ("linearity", "dark", "flat") if not getattr(config, name)]
    skipped += ["hot pixels"] if config.hot_sigma is None else []
    skipped += ["cosmic rays"] if config.cosmic_ray_sigma is None else []
    skipped += ["foreground"] if config.foreground == "none" else []
    with ThreadPoolExecutor(2) as pool:
        # The large file first: while one instrument is decoded the other is calibrated.
        airs = pool.submit(reduce_instrument, visit, survey, AIRS, config)
        fgs1 = pool.submit(reduce_instrument, visit, survey, FGS1, config)
        curves = fgs1.result(), airs.result()
    return VisitLightCurves(
        visit.planet_id,
        visit.index,
        fgs1=curves[0],
        airs=curves[1],
        attributes={
            "SKIPPED": ", ".join(skipped) or "none",
            "extraction": config.extraction,
            **_doubts(curves, visit.index),
        },
    )
