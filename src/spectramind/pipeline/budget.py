"""The limits of a session: how much of its time, memory and disk is spent, and what must go first.

Optional work goes first, in the order of `OPTIONAL`; planets go last.
"""

from __future__ import annotations

from dataclasses import dataclass

PLANETS_SHARE = 0.92
"""Share of the session after which no planet is worked on: calibration, table and bundle follow."""
OPTIONAL = {"report": 0.85}
"""Optional work, dropped when the planets are projected to end after this share of the session."""

_SLACK_BYTES = 10e6
_TABLE_BYTES = 60e3
"""Three copies of a planet's row, its part of predictions, bundle and report."""


@dataclass(frozen=True)
class Session:
    """A stretch of time that ends whether work is done or not.

    started  second since 1970
    seconds  length
    """

    started: float
    seconds: float

    def share(self, now: float) -> float:
        """Part of the session that has passed at `now`, 0 to 1 and beyond."""
        return (now - self.started) / self.seconds

    def projected_share(self, now: float, begun: float, done: int, total: int) -> float:
        """Part of the session that will have passed when all planets are done.

        Parameters
        ----------
        begun : when the first planet was begun
        done, total : planets that are done, and that there are
        """
        left = (now - begun) / done * (total - done) if done else 0.0
        return self.share(now + left)


def dropped_work(projected_share: float) -> tuple[str, ...]:
    """Optional work that there will be no time for."""
    return tuple(name for name, share in OPTIONAL.items() if projected_share > share)


def reserved_bytes(planets: int) -> float:
    """Disk that tables, predictions, report and bundle of so many planets will need."""
    return _SLACK_BYTES + _TABLE_BYTES * planets
