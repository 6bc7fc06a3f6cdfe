"""Is what the frames show the light of a star through this instrument?

The trace lies where the instrument has it and falls from blue to red; the short read of a pair has
gathered the share of light that its time allows; dim pixels are near zero; the light changes by no
more than a star and a planet can make it, and never repeats itself. Frames that are shifted by one,
mirrored, turned, scaled, frozen, shuffled or noise fail one of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.foreground import white_series
from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.window_sums import filled_bins
from spectramind.detector.windows import PixelWindow

_MIDDLE = 15.5
"""Row, and column of FGS1, of the star: all visits seen lie within 0.9 of it."""
_DISPLACED, _LOST = 1.8, 3.5
_REACH = 2
_CONCENTRATED = 0.5  # share of the window's light within two rows of the brightest; seen: 0.71-0.95
_BLUE_TO_RED = 1.3  # seen: 9 to 10
_BRIGHT = 0.05  # of the brightest pixel
_READS = 0.25  # relative; seen: 0.01
_DIM = -20.0  # electron / pair; seen: 0 to 38
_JUMP, _WILD_JUMP = 0.1, 0.3  # of the light; a planet takes 0.05 at most
_MANY = 0.02  # of the bins
_FROZEN = 0.3  # of the bins
_NOISY, _WILD = 2.5, 8.0  # times photon and read noise between bins
_LEAST_STEPS = 100  # fewer in a visit lie too far apart: transits move from one to the next
_NEIGHBOURS = 90.0  # percentile: a planet that comes and goes moves half of the differences
_SAMPLE = 7  # every n-th channel is enough to see that frames repeat themselves


@dataclass(frozen=True)
class Fault:
    """What is impossible about frames, in the words of a DataError."""

    expected: str
    found: str
    remedy: str


@dataclass(frozen=True)
class LightEvidence:
    """What the frames of one instrument show, in numbers.

    row, column    brightest row of the window, and column (FGS1)
    concentration  share of the light within two rows of the brightest
    blue_to_red    light of the bluest over that of the reddest sixth of the channels; 1 for FGS1
    reads          short over long read of bright pixels, over what their times allow
    dim            electron / pair, median of the pixels beside the star
    series         (time,) electron / pair of all complete pixels together
    floor          (electron / pair)^2, variance of that without light
    repeated       (time,) True where a bin repeats the one before in every pixel
    """

    row: float
    column: float
    concentration: float
    blue_to_red: float
    reads: float
    dim: float
    series: FloatArray
    floor: float
    repeated: BoolArray


def _mean_image(binned: BinnedWindow) -> tuple[FloatArray, BoolArray]:
    filled = filled_bins(binned.star_count)
    return binned.star.sum(axis=2) / np.maximum(filled, 1), filled > 0


def _brightest(profile: FloatArray) -> float:
    """Position of the maximum, to a fraction: centroid of what lies within `_REACH` of it."""
    peak = int(np.argmax(profile))
    near = np.arange(max(peak - _REACH, 0), min(peak + _REACH + 1, profile.size))
    light = np.maximum(profile[near], 0.0)
    return float(near @ light / light.sum()) if light.sum() > 0.0 else float(peak)


def _profile(image: FloatArray, good: BoolArray, axis: int) -> FloatArray:
    """Mean over the good pixels along one axis; 0 where there is none."""
    light = np.where(good, image, 0.0).sum(axis=axis)
    return np.asarray(light / np.maximum(good.sum(axis=axis), 1))


def _reads_ratio(
    binned: BinnedWindow, image: FloatArray, good: BoolArray, constants: DetectorConstants
) -> float:
    """Short over long read of bright pixels, median, over the ratio of their times."""
    short, long = (binned.star_reads[..., i] / constants.gain + constants.offset for i in (2, 3))
    top = float(np.max(np.where(good, image, 0.0), initial=0.0))
    bright = good & (image > _BRIGHT * top) & (long > 0.0)
    if not bright.any():
        return 1.0
    first, last = constants.seconds
    return float(np.median(short[bright] / long[bright])) / (first / last)


def _dim_light(binned: BinnedWindow) -> float:
    filled = filled_bins(binned.background_count)
    if not filled.any():
        return 0.0
    means = binned.background.sum(axis=2)[filled > 0] / filled[filled > 0]
    return float(np.median(means))


def _repeated(binned: BinnedWindow) -> BoolArray:
    """(time,) bins whose values are those of the bin before, in all of a sample of pixels."""
    values, count = binned.star[:, ::_SAMPLE], binned.star_count[:, ::_SAMPLE]
    both = (count[..., 1:] > 0) & (count[..., :-1] > 0)
    same = np.where(both, values[..., 1:] == values[..., :-1], True).all(axis=(0, 1))
    return np.concatenate([[False], same & both.any(axis=(0, 1))])


def light_evidence(
    binned: BinnedWindow,
    saturated: BoolArray,
    window: PixelWindow,
    constants: DetectorConstants,
) -> LightEvidence:
    """Read off the binned pixels what the frames show.

    Parameters
    ----------
    binned : with the samples of saturated pixels, which show where the star is
    saturated : (pixel, channel), whose reads say nothing
    """
    image, good = _mean_image(binned)
    unfolded, usable = image.reshape(window.shape), good.reshape(window.shape)
    rows, first = _profile(unfolded, usable, 1), float(window.rows.min())
    row = _brightest(rows)
    near = np.abs(np.arange(rows.size) - round(row)) <= _REACH
    light = np.maximum(rows, 0.0)
    column, blue_to_red = _MIDDLE, np.inf
    if image.shape[1] == 1:
        columns = _profile(unfolded, usable, 0)
        column = _brightest(columns) + float((window.star % window.columns).min())
    else:
        channels = _profile(image, good, 0)
        sixth = max(channels.size // 6, 1)
        red = float(channels[-sixth:].sum())
        blue_to_red = float(channels[:sixth].sum()) / red if red > 0.0 else np.inf
    complete = filled_bins(binned.star_count) == binned.star_count.shape[2]
    series = white_series(binned.star, binned.star_count)
    if series is None:
        series = np.zeros(binned.star.shape[2])
    return LightEvidence(
        row=row + first,
        column=column,
        concentration=float(light[near].sum() / max(light.sum(), np.finfo(float).tiny)),
        blue_to_red=blue_to_red,
        reads=_reads_ratio(binned, image, good & ~saturated, constants),
        dim=_dim_light(binned),
        series=series * float(complete.sum()),
        floor=float(constants.floor.ravel()[window.star][complete].sum()),
        repeated=_repeated(binned),
    )


def _unsteadiness(evidence: LightEvidence, pairs: int) -> tuple[float, float, float]:
    """Shares of bins far, and very far, from the median; differences of bins over their noise.

    Parameters
    ----------
    pairs : read pairs of a bin
    """
    light = evidence.series
    middle = float(np.median(light))
    far = np.abs(light / middle - 1.0)
    noise = float(np.sqrt(2.0 * (middle + evidence.floor) / pairs))
    step = np.abs(np.diff(light[~evidence.repeated]))
    enough = step.size >= _LEAST_STEPS
    scatter = float(np.percentile(step, _NEIGHBOURS)) / 1.645 if enough else 0.0
    return float(np.mean(far > _JUMP)), float(np.mean(far > _WILD_JUMP)), scatter / noise


_ORDER = "put short and long reads in turn, short first, or copy the file again"
_COPY = "copy the file again from the competition's data"


def impossible_light(evidence: LightEvidence, pairs: int) -> Fault | None:
    """Why frames cannot be those of a star seen by this instrument; None where they can.

    Parameters
    ----------
    pairs : read pairs of a bin
    """
    light = float(np.median(evidence.series))
    if np.mean(evidence.repeated) > _FROZEN:
        share = f"{np.mean(evidence.repeated):.0%} of the time bins repeat the one before"
        return Fault("frames that differ by their noise", share, _COPY)
    if evidence.dim < _DIM:
        found = f"{evidence.dim:.0f}: reads are scaled, or not what adc_info.csv says"
        return Fault("pixels beside the star near 0 electron", found, _COPY)
    if light <= 0.0:
        found = f"{light:.3g} electron: no star, or short and long reads exchanged"
        return Fault("more light in the long reads", found, _ORDER)
    if evidence.concentration < _CONCENTRATED:
        found = f"{evidence.concentration:.0%}: noise, or pixels in another order of memory"
        return Fault("most light within five rows", found, "reshape in C order, or copy it again")
    for name, place in (("row", evidence.row), ("column", evidence.column)):
        if abs(place - _MIDDLE) > _LOST:
            expected = f"the star near {name} {_MIDDLE:g}"
            return Fault(expected, f"{name} {place:.1f}", _COPY)
    if evidence.blue_to_red < _BLUE_TO_RED:
        found = f"{evidence.blue_to_red:.2g} times as much: columns mirrored?"
        return Fault("several times more light in the blue than in the red", found, _COPY)
    if abs(evidence.reads - 1.0) > _READS:
        found = f"{evidence.reads:.2g} times that: reads scaled, or in another order"
        return Fault("short reads with the share of light that their time allows", found, _ORDER)
    return _impossible_change(evidence, pairs)


def _impossible_change(evidence: LightEvidence, pairs: int) -> Fault | None:
    _, wild, noise = _unsteadiness(evidence, pairs)
    if wild > _MANY:
        found = f"{wild:.0%} of the time bins off by more than {_WILD_JUMP:.0%}"
        return Fault("the steady light of a star", found, _COPY)
    if noise > _WILD:
        found = f"{noise:.0f} times its noise between neighbours: frames in another order"
        return Fault("light that changes slowly", found, _COPY)
    return None


def doubtful_light(evidence: LightEvidence, pairs: int) -> tuple[str, ...]:
    """Names of flags of frames that are possible, but unlike those of a sound visit."""
    off = max(abs(evidence.row - _MIDDLE), abs(evidence.column - _MIDDLE))
    jumps, _, noise = _unsteadiness(evidence, pairs)
    checks = {
        "displaced_trace": off > _DISPLACED,
        "frozen_frames": bool(evidence.repeated.any()),
        "unsteady_light": jumps > 0.0 or noise > _NOISY,
    }
    return tuple(name for name, raised in checks.items() if raised)
