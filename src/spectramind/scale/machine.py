"""What this machine grants: processors and memory, within what owner and container allow.

A container sees all processors and all memory of its host; the limits stand in its control group.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def _number(path: Path) -> float | None:
    """The positive number in a file; None where there is no file, or no limit in it."""
    try:
        value = float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return value if value > 0 else None


def cpu_quota(groups: Path = _GROUPS) -> float:
    """Processors that the control group grants; infinite without a limit.

    Parameters
    ----------
    groups : mount point of the control groups, version 2 or 1
    """
    try:
        quota, period = (groups / "cpu.max").read_text(encoding="ascii").split()
        return math.inf if quota == "max" else float(quota) / float(period)
    except (OSError, ValueError):
        pass
    granted = _number(groups / "cpu" / "cpu.cfs_quota_us")
    period_us = _number(groups / "cpu" / "cpu.cfs_period_us")
    return granted / period_us if granted and period_us else math.inf


def memory_limit(groups: Path = _GROUPS) -> float:
    """Memory that may be used, byte: the machine's, or less where the control group says so.

    Parameters
    ----------
    groups : mount point of the control groups, version 2 or 1
    """
    limits = [
        _number(groups / "memory.max"),
        _number(groups / "memory" / "memory.limit_in_bytes"),
    ]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        limits.append(float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")))
    return min((limit for limit in limits if limit is not None), default=math.inf)


def available_cpus(groups: Path = _GROUPS) -> int:
    """Processors this process may keep busy, at least one."""
    has_affinity = hasattr(os, "sched_getaffinity")
    allowed = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return max(1, math.floor(min(allowed, cpu_quota(groups))))


def worker_count(requested: int, memory_gb: float, groups: Path = _GROUPS) -> int:
    """Workers to start: as requested, or one a processor, but never more than memory can hold.

    Parameters
    ----------
    requested : 0 for one a processor
    memory_gb : peak memory of one worker, GB
    """
    workers = requested or available_cpus(groups)
    room = 0.9 * memory_limit(groups) / (1e9 * memory_gb)
    return max(1, math.floor(min(workers, room)))
