"""Memory that this process and its workers may still take: the machine's, or their cgroup's."""

from __future__ import annotations

import math
import os
import resource
from pathlib import Path

from spectramind.errors import OutOfMemoryError

_GB = 1e9
_LIBRARIES_GB = 1.2
"""What the libraries map, threads and all, before there is any work."""
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


def address_space_gb() -> float:
    """Most that a process may map, GB (`ulimit -v`); infinite without a limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return math.inf if soft == resource.RLIM_INFINITY else soft / _GB


def require_address_space(memory_gb: float) -> None:
    """See that a worker may map what it needs, before a library ends the process for want of it.

    Parameters
    ----------
    memory_gb : peak of a worker

    Raises
    ------
    OutOfMemoryError : the limit of the address space is too low
    """
    needed, limit = memory_gb + _LIBRARIES_GB, address_space_gb()
    if limit < needed:
        text = (
            f"address space: expected {needed:.1f} GB for a worker, found a limit of {limit:.1f} "
            "GB; raise it (`ulimit -v unlimited`), or lower runtime.memory_gb"
        )
        raise OutOfMemoryError(text)
