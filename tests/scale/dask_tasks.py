"""Work for Dask workers, importable by them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from spectramind.errors import DataError


def fussy(value: int) -> int:
    if value == 2:
        raise DataError("two", "another number", "2", "leave it out")
    if value == 3:
        raise ZeroDivisionError("three")
    return value * value


def die_once(path: Path) -> str:
    """Kill the worker the first time this item is seen."""
    if path.name == "victim" and not path.exists():
        path.touch()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name
