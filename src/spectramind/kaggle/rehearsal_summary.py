"""A rehearsal in a few lines for people."""

from __future__ import annotations

from spectramind.kaggle.extrapolation import FULL_VISITS
from spectramind.kaggle.rehearsal import Rehearsal

_SHOWN = 8


def summary_lines(done: Rehearsal) -> list[str]:
    """What held, what it took, what the full run would take, what was lost, the verdict."""
    projection = done.projection
    cells = ", ".join(f"{name} {seconds:.0f}" for name, seconds in done.cells.items())
    hidden = len(done.lost) - _SHOWN
    return [
        f"mode       {done.mode}",
        *(f"enforced   {text}" for text in done.enforced),
        *(f"NOT        {text}" for text in done.not_enforced),
        f"planets    {done.planets}, {done.visits} visits",
        f"seconds    {sum(done.cells.values()):.0f}: {cells}",
        f"memory     {done.memory_gb:.2f} GB at most, all processes",
        f"disk       {done.disk_gb:.3f} GB at most",
        f"projected  {FULL_VISITS} visits: {60 * projection.hours:.0f} min, "
        f"{60 * projection.processor_hours:.0f} min of processor time, "
        f"{projection.disk_gb:.1f} GB of disk",
        *(f"lost       {text}" for text in done.lost[:_SHOWN]),
        *([f"lost       and {hidden} more"] if hidden > 0 else []),
        *(f"problem    {text}" for text in done.problems),
        f"verdict    {'NOT passed' if done.problems else 'passed'}",
    ]
