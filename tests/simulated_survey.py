"""Simulated surveys for tests."""

from __future__ import annotations

from pathlib import Path

from spectramind.conf.compose import compose
from spectramind.pipeline.simulate import simulate


def simulated(out: Path, *sizes: str) -> Path:
    """A simulated survey in a new folder."""
    config = compose([f"paths.out={out}", *sizes, "runtime.executor=serial"])
    simulate(config, lambda *_: None)
    return out
