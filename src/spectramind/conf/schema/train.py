"""Section `train`: what every training shares."""

from __future__ import annotations

from pydantic import Field

from spectramind.conf.schema.section import Section


class TrainConfig(Section):
    """How a model learns from planets with known depths."""

    folds: int = Field(ge=2, le=50, description="folds of whole planets for out-of-fold results")
