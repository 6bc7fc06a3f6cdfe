"""Who decides, while a survey is worked on, how much of it may go on."""

from __future__ import annotations

from typing import Protocol


class Overseer(Protocol):
    """Asked about once a second while items are worked on."""

    def allowed(self, workers: int) -> int:
        """Workers that may be busy now, at most `workers`; 0 ends the work for good."""

    def reason(self) -> str:
        """Why the work was ended, in one line."""


class Unlimited:
    """The overseer of work that nothing limits."""

    def allowed(self, workers: int) -> int:
        """All workers."""
        return workers

    def reason(self) -> str:
        """Never asked for: nothing is ended."""
        return ""


UNLIMITED = Unlimited()
