"""What every section of the configuration shares: frozen, typed, no unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One group of keys. Every field says in its description what it is, with its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
