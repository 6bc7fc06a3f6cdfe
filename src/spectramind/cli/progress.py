"""Progress of a survey: a bar on a terminal, JSON lines on stderr everywhere else."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int, int], None]

_SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Yield a callback of (done, total, failed) that shows how far the work is."""
    if sys.stderr.isatty():
        with _bar(label) as update:
            yield update
    else:
        yield _json_lines(label)


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.2f} planets/s"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]} failed"),
    )
    start = time.monotonic()
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None, rate=0.0, failed=0)

        def update(done: int, total: int, failed: int) -> None:
            rate = done / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=done, total=total, rate=rate, failed=failed)

        yield update


def _json_lines(label: str) -> Progress:
    start = time.monotonic()
    last = -_SECONDS_BETWEEN_LINES

    def update(done: int, total: int, failed: int) -> None:
        nonlocal last
        elapsed = time.monotonic() - start
        if done < total and elapsed - last < _SECONDS_BETWEEN_LINES:
            return
        last = elapsed
        rate = done / max(elapsed, 1e-9)
        record = {
            "progress": label,
            "done": done,
            "total": total,
            "failed": failed,
            "per_second": round(rate, 3),
            "seconds_left": round((total - done) / rate, 1) if rate else None,
        }
        sys.stderr.write(json.dumps(record) + "\n")
        sys.stderr.flush()

    return update
