"""Time axes: ascending hours of one visit, the two instruments looking at the same time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError

FloatArray = NDArray[np.float64]

_SHORTEST, _LONGEST = 1.0, 60.0
"""Hours that one visit may take: a transit with light on either side, and a long phase curve."""
_UNITS = {"days": 24.0, "minutes": 1 / 60, "seconds": 1 / 3600, "milliseconds": 1 / 3.6e6}
_TYPICAL = (2.0, 30.0)
_FAR = 1.0
"""Hours from zero at which a clock is not that of the visit."""
_LEAST_OVERLAP = 0.5


def checked_hours(file: Path | str, name: str, time: FloatArray) -> FloatArray:
    """Times that are finite and ascend; whatever they are counted from.

    Parameters
    ----------
    time : (sample,) as the file has them

    Raises
    ------
    DataError : no times, a NaN or infinite one, one that is not after the one before
    """
    remedy = "write the time of every sample, in hours"
    if time.ndim != 1 or time.size < 2:
        raise DataError(file, f"at least two times in {name}", f"shape {time.shape}", remedy)
    if (bad := np.flatnonzero(~np.isfinite(time))).size:
        expected = f"a finite time at every index of {name}"
        found = f"{time[bad[0]]} at index {bad[0]} ({bad.size} in all)"
        raise DataError(file, expected, found, remedy)
    if (bad := np.flatnonzero(np.diff(time) <= 0.0)).size:
        at = int(bad[0]) + 1
        found = f"{time[at]:.9g} after {time[at - 1]:.9g} at index {at}"
        raise DataError(file, f"ascending times in {name}", found, "sort samples by time")
    return time


def check_visit(file: Path | str, name: str, time: FloatArray) -> None:
    """See that ascending times can be the hours of one visit.

    Raises
    ------
    DataError : another unit, which is named with its factor, or the length of no visit
    """
    span = float(time[-1] - time[0])
    if _SHORTEST <= span <= _LONGEST:
        return
    expected = f"hours of one visit in {name}, {_SHORTEST:g} to {_LONGEST:g} from end to end"
    if time.size > _LONGEST and np.all(np.diff(time) == 1.0):
        remedy = "write the hour of each sample"
        raise DataError(file, expected, f"numbers of samples ({time[0]:g} ..)", remedy)
    for unit, factor in _UNITS.items():
        if _TYPICAL[0] <= span * factor <= _TYPICAL[1]:
            found = f"{span:.6g}, which is a visit of {span * factor:.3g} h in {unit}"
            remedy = f"multiply the times by {factor:.6g}"
            raise DataError(file, expected, found, remedy)
    raise DataError(file, expected, f"{span:.6g}", "write the hours of one visit")


def check_common_clock(file: Path | str, fgs1: FloatArray, airs: FloatArray) -> None:
    """See that both instruments look at the same time.

    A shift of both ends alike is a clock of its own; a visit of one instrument that is shorter is
    none, as long as they share half of it.

    Raises
    ------
    DataError : the axes are shifted against each other, or hardly overlap
    """
    start, end = float(fgs1[0] - airs[0]), float(fgs1[-1] - airs[-1])
    step = max(float(np.ptp(time)) / (time.size - 1) for time in (fgs1, airs))
    tolerance = 0.05 + 3.0 * step
    overlap = min(fgs1[-1], airs[-1]) - max(fgs1[0], airs[0])
    shorter = min(np.ptp(fgs1), np.ptp(airs))
    shifted = min(abs(start), abs(end)) > tolerance and abs(start - end) < tolerance
    if not shifted and overlap >= _LEAST_OVERLAP * shorter:
        return
    found = (
        f"FGS1 from {fgs1[0]:.6g} to {fgs1[-1]:.6g} h, AIRS-CH0 from {airs[0]:.6g} to "
        f"{airs[-1]:.6g} h"
    )
    remedy = f"count both from the same moment (FGS1 is {start:+.4g} h off)"
    raise DataError(file, "FGS1 and AIRS-CH0 looking at the same time", found, remedy)


def visit_clock(fgs1: FloatArray, airs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both axes counted from the visit's first sample, where another zero is far from it.

    Barycentric dates, hours since launch and the like carry a visit as well as its own clock, but
    nothing after this should have to know.
    """
    offset = clock_offset(fgs1, airs)
    return (fgs1 - offset, airs - offset) if offset else (fgs1, airs)


def clock_offset(fgs1: FloatArray, airs: FloatArray) -> float:
    """Start of a visit on a clock of its own, 0 where it is the visit's already."""
    first = min(float(fgs1[0]), float(airs[0]))
    return first if abs(first) >= _FAR else 0.0
