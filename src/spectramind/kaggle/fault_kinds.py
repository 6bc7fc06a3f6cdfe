"""Names of what may go wrong in a rehearsal; light, for the command line."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """One thing that goes wrong."""

    missing = "missing"
    corrupt = "corrupt"
    order = "order"
    twice = "twice"
    kill = "kill"
    disk = "disk"
