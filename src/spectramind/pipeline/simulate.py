"""Stage `simulate`: a survey with known truth, made planet by planet."""

from __future__ import annotations
