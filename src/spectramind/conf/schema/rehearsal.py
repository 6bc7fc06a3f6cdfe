"""Section `rehearsal`: the conditions of a dress rehearsal."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class Fault(StrEnum):
    """One thing that goes wrong in a rehearsal."""

    missing = "missing"
    corrupt = "corrupt"
    order = "order"
    twice = "twice"
    kill = "kill"
    disk = "disk"


class RehearsalConfig(Section):
    """What is rehearsed; length and disk of the session are those of `runtime`."""

    cpus: int = Field(ge=1, description="processor cores of the session")
    faults: tuple[Fault, ...] = Field(description="what goes wrong on purpose")
    public: bool = Field(description="run on the visible planet alone before the hidden ones")
    namespaces: bool = Field(description="isolate the notebook, where namespaces may be made")
    image: Literal["running", "2025-09", "2026-08", "next"] = Field(
        description="image whose Python and libraries the notebook meets; running takes those of "
        "this environment, the others are installed once, which needs a package index"
    )
    torch: bool = Field(description="install the image's torch as well, several GB")
    images: Path | None = Field(
        description="folder that keeps installed images; null takes ~/.cache/spectramind/images"
    )
    keep: Path | None = Field(
        description="folder that keeps what the runs left; null takes a temporary one"
    )
