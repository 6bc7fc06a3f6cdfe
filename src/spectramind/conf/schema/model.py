"""Section `model`: which estimator turns light curves into a spectrum."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class ModelConfig(Section):
    """Choice of estimator."""

    name: Literal[
        "physics", "polynomial", "residual_mlp", "deep_residual_mlp", "spectrum_regressor"
    ] = Field(description="estimator of mu and sigma_raw")
    ckpt: Path | None = Field(description="safetensors checkpoint; null for physics alone")
