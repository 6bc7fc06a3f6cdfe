"""Sections `submit` and `report`: from predictions to what is handed in."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from spectramind.conf.schema.section import Section


class SubmitConfig(Section):
    """Submission files and the limits that the validator holds them to."""

    csv: Path | None = Field(
        description="submission table to write; null puts it beside the bundle or in paths.out"
    )
    bundle: Path | None = Field(description="zip with table, configuration, report, manifest")
    sigma_floor: float = Field(gt=0, description="smallest sigma handed in, transit depth")
    sigma_cap: float = Field(gt=0, description="largest sigma handed in, transit depth")


class ReportConfig(Section):
    """The HTML report."""

    html: bool = Field(description="write report.html beside the submission table")
