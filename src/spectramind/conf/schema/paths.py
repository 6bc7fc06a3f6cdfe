"""Section `paths`: where inputs lie and where products go."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from spectramind.conf.schema.section import Section


class PathsConfig(Section):
    """Folders, relative to the working folder unless absolute."""

    input: Path | None = Field(description="survey in the competition's layout")
    out: Path | None = Field(
        description="folder for products; verbs after `predict` fall back to that run's folder"
    )
    outputs: Path = Field(description="folder that receives one sub-folder for each run")
    logs: Path = Field(description="folder of events.jsonl and v50_debug_log.md")
