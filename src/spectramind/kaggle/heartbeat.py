"""Something said at once and every half minute: a rehearsal of hours must not look dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS_BETWEEN_LINES = 30.0


class Heartbeat(threading.Thread):
    """Says what is being done and for how long."""

    def __init__(self, tell: Callable[[str], None], every: float) -> None:
        super().__init__(daemon=True)
        self._tell, self._every = tell, every
        self._start, self._ended = time.monotonic(), threading.Event()
        self._doing, self._cell = "", Path()

    def doing(self, text: str, cell: Path = Path()) -> None:
        """Say what begins now.

        Parameters
        ----------
        cell : file in which the notebook's runner names the cell that it is at
        """
        self._doing, self._cell = text, cell
        self._say()

    def run(self) -> None:
        """Say it again and again."""
        while not self._ended.wait(self._every):
            self._say()

    def stop(self) -> None:
        """Say nothing any more."""
        self._ended.set()

    def _say(self) -> None:
        cell = ""
        if self._cell.is_file():
            cell = f", cell {self._cell.read_text(encoding='utf-8').strip() or '-'}"
        self._tell(f"{time.monotonic() - self._start:5.0f} s  {self._doing}{cell}")


@contextmanager
def heartbeat(
    tell: Callable[[str], None], every: float = _SECONDS_BETWEEN_LINES
) -> Iterator[Heartbeat]:
    """A heartbeat that ends with the block."""
    beat = Heartbeat(tell, every)
    beat.start()
    try:
        yield beat
    finally:
        beat.stop()
        beat.join()
