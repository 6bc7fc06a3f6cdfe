"""Fixtures of every test in this folder."""

from __future__ import annotations

from torch_threads import one_thread

__all__ = ["one_thread"]
