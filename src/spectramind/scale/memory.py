"""Memory that this process and its workers may still take: the machine's, or their cgroup's."""

from __future__ import annotations

import os
from pathlib import Path

_GB = 1e9
_CGROUPS = Path("/sys/fs/cgroup")


def _number(path: Path) -> float | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return None if text == "max" else float(text)


def _field(path: Path, key: str) -> float:
    """Value of a line `key value` of a file; 0 where there is none."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.split()[:1] == [key]), 0.0)


def _own_group(own: Path, controller: str) -> str:
    """Path of this process's cgroup in the hierarchy of `controller` ("" for version 2)."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return "/"
    parts = (line.split(":", 2) for line in lines)
    return next((path for _, names, path in parts if controller in names.split(",")), "/")


def _cgroup(root: Path, own: Path) -> tuple[float, float] | None:
    """Limit and use in byte, files that can be dropped left out; None without a limit."""
    for folder, limit, used, reclaimable in (
        (root / _own_group(own, "").lstrip("/"), "memory.max", "memory.current", "inactive_file"),
        (root, "memory.max", "memory.current", "inactive_file"),
        (
            root / "memory" / _own_group(own, "memory").lstrip("/"),
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    ):
        most, taken = _number(folder / limit), _number(folder / used)
        # Version 1 writes a limit of 2^63 where there is none.
        if most is not None and taken is not None and most < 2**60:
            return most, taken - _field(folder / "memory.stat", reclaimable)
    return None


def memory_available_gb(root: Path = _CGROUPS, own: Path = Path("/proc/self/cgroup")) -> float:
    """Memory that can still be taken without anybody being killed, GB."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        machine = next(float(x.split()[1]) for x in lines if x.startswith("MemAvailable")) / 1e6
    except (OSError, StopIteration):
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GB
    group = _cgroup(root, own)
    return min(machine, (group[0] - group[1]) / _GB) if group else machine
