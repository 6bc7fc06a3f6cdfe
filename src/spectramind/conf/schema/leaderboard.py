"""Sections `leaderboard` and `shakeup`: what was handed in, and how much the boards tell."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from spectramind.conf.schema.section import Section


class LeaderboardConfig(Section):
    """The ledger of submissions, and what `leaderboard record` adds to it."""

    ledger: Path = Field(description="ledger of submissions")
    cv: float | None = Field(description="out-of-fold score of what was handed in")
    public: float | None = Field(description="its public score")
    private: float | None = Field(description="its private score")
    note: str = Field(description="what was tried")


class ShakeupConfig(Section):
    """Simulated challenges."""

    files: tuple[Path, ...] = Field(description="out-of-fold predictions, simplest model first")
    planets: int = Field(ge=2, description="test planets of both boards")
    public_share: float = Field(gt=0, lt=1, description="share of them on the public board")
    draws: int = Field(ge=100, description="number of simulated challenges")
    seed: int = Field(ge=0, description="same seed, same figures")
    figure: Path | None = Field(description="PNG to write")

    @property
    def boards(self) -> tuple[int, int]:
        """Planets of the public and of the private board."""
        public = min(max(1, round(self.planets * self.public_share)), self.planets - 1)
        return public, self.planets - public
