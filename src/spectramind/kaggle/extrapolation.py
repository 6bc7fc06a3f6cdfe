"""From a rehearsal of few planets to the hidden run of 1,100 planets with 1,210 visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FULL_VISITS = 1210
_FIXED = ("prepare", "test", "show")
"""Cells that do the same whatever the survey's size."""


@dataclass(frozen=True)
class Measured:
    """One run of the notebook.

    visits             visits of all its test planets
    seconds            wall time by cell
    processor_seconds  processor time of all processes by cell
    disk_gb            most disk that products took
    """

    visits: int
    seconds: Mapping[str, float]
    processor_seconds: Mapping[str, float]
    disk_gb: float


@dataclass(frozen=True)
class Projection:
    """What the full hidden run would take.

    hours            wall time, on this machine as busy as it was; never less than the processor
                     time on all its cores
    processor_hours  processor time of all processes together
    disk_gb          disk of all products
    """

    hours: float
    processor_hours: float
    disk_gb: float


def along_line(small: tuple[float, float], large: tuple[float, float], at: float) -> float:
    """Value at `at` of the line through two (visits, value) points, never below the larger one.

    What a run costs whatever its size (imports, compilation) is in both points, so it is counted
    once. A noisy pair that falls is taken as constant.
    """
    (n0, y0), (n1, y1) = small, large
    slope = max(0.0, (y1 - y0) / (n1 - n0)) if n1 > n0 else y1 / n1
    return y1 + slope * (at - n1)


def projected(
    small: Measured | None, large: Measured, cpus: int, visits: int = FULL_VISITS
) -> Projection:
    """Projection cell by cell; without a small run, all of a growing cell grows with the visits.

    Parameters
    ----------
    small : the run on the one visible planet, None where it was left out
    large : the hidden run
    cpus : processor cores of the run
    """
    none = dict.fromkeys(large.seconds, 0.0)
    start = small or Measured(0, none, none, 0.0)

    def total(before: Mapping[str, float], after: Mapping[str, float]) -> float:
        return sum(
            value
            if cell in _FIXED
            else along_line((start.visits, before.get(cell, 0.0)), (large.visits, value), visits)
            for cell, value in after.items()
        )

    processor = total(start.processor_seconds, large.processor_seconds)
    return Projection(
        # A machine that was busier during the small run would hide what a planet costs.
        hours=max(total(start.seconds, large.seconds), processor / cpus) / 3600,
        processor_hours=processor / 3600,
        disk_gb=along_line((start.visits, start.disk_gb), (large.visits, large.disk_gb), visits),
    )
