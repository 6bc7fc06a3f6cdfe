"""Progress of a transfer in bytes: a line on a terminal, JSON lines on stderr everywhere else."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Report = Callable[[int, int, str], None]

_SECONDS_BETWEEN_LINES = 5.0


class _Clock(threading.Thread):
    """Says every few seconds how far the transfer is, in the middle of a large file too."""

    def __init__(self, label: str, staging: Path) -> None:
        super().__init__(daemon=True)
        self.label, self.staging = label, staging
        self.start_time, self.ended = time.monotonic(), threading.Event()
        self.state = (0, 0, "")

    def run(self) -> None:
        """Tell until the transfer ends."""
        while not self.ended.wait(_SECONDS_BETWEEN_LINES):
            self.tell()

    def report(self, done: int, total: int, name: str) -> None:
        """Take note of a file that begins or ends."""
        first = not self.state[2]
        self.state = (done, total, name)
        if first or done >= total:
            self.tell()

    def tell(self) -> None:
        """One line."""
        done, total, name = self.state
        if not name:
            return
        with suppress(OSError):
            done = min(total, done + (self.staging / name).stat().st_size) if done < total else done
        rate = done / max(time.monotonic() - self.start_time, 1e-9)
        left = round((total - done) / rate, 1) if rate else None
        if sys.stderr.isatty():
            text = f"{done / 1e6:.1f} of {total / 1e6:.1f} MB, {left} s left, {name}"
            sys.stderr.write(f"\r\033[K{text}" + ("\n" if done >= total else ""))
        else:
            record = {
                "progress": self.label, "bytes": done, "total_bytes": total, "file": name,
                "bytes_per_second": round(rate), "seconds_left": left,
            }  # fmt: skip
            sys.stderr.write(json.dumps(record) + "\n")
        sys.stderr.flush()


@contextmanager
def transfer(label: str, staging: Path) -> Iterator[Report]:
    """Yield a callback of (bytes done, bytes in all, file) that shows how far a transfer is.

    Parameters
    ----------
    staging : folder in which files grow
    """
    clock = _Clock(label, staging)
    clock.start()
    try:
        yield clock.report
    finally:
        clock.ended.set()
        clock.join()
