"""Limits of processors and memory, read from control groups of both versions."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from spectramind.scale.machine import available_cpus, cpu_quota, memory_limit, worker_count


def group(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("-", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_workers_fit_into_memory() -> None:
    assert worker_count(8, 1e6) == 1
    assert worker_count(3, 1e-3) == 3


def test_without_a_group_the_machine_is_the_limit(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) == math.inf
    assert available_cpus(tmp_path) >= 1
    assert 1e8 < memory_limit(tmp_path) < 1e15


@pytest.mark.parametrize(
    "files",
    [
        {"cpu-max": "150000 100000\n", "memory-max": "3000000000\n"},
        {
            "cpu__cpu.cfs_quota_us": "150000\n",
            "cpu__cpu.cfs_period_us": "100000\n",
            "memory__memory.limit_in_bytes": "3000000000\n",
        },
    ],
)
def test_both_versions_of_control_groups(tmp_path: Path, files: dict[str, str]) -> None:
    root = group(tmp_path, **files)
    assert cpu_quota(root) == 1.5
    assert available_cpus(root) == 1
    assert memory_limit(root) == 3e9
    assert worker_count(8, 1.0, root) == 2


@pytest.mark.parametrize(
    "files",
    [
        {"cpu-max": "max 100000\n", "memory-max": "max\n"},
        {"cpu__cpu.cfs_quota_us": "-1\n", "cpu__cpu.cfs_period_us": "100000\n"},
        {"cpu-max": "nonsense", "memory-max": ""},
    ],
)
def test_no_limit_is_no_limit(tmp_path: Path, files: dict[str, str]) -> None:
    root = group(tmp_path, **files)
    assert cpu_quota(root) == math.inf
    assert memory_limit(root) == memory_limit(tmp_path / "nothing")
