"""The verdict in words: is the submission valid, what is in it, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectramind.report.content import PlanetPanel, ReportContent

PPM = 1e6


@dataclass(frozen=True)
class Verdict:
    """First lines of a report.

    tone      colour of the verdict: all well, look at it, do not hand it in
    headline  the verdict
    advice    what to do next
    facts     name and value of the key figures
    """

    tone: Literal["good", "look", "bad"]
    headline: str
    advice: str
    facts: tuple[tuple[str, str], ...]


def grouped(number: float) -> str:
    """A whole number with thousands set off by a thin space."""
    return f"{number:,.0f}".replace(",", "\u2009")


def counted(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{grouped(number)} {noun}{'' if number == 1 else 's'}"


def verdict_of(content: ReportContent) -> Verdict:
    """Judge a submission by its validation, its fallbacks and its flags."""
    validation = content.validation
    fallbacks = [planet for planet in content.planets if planet.status == "fallback"]
    flagged = [planet for planet in content.planets if planet.status == "ok" and planet.note]
    errors, warnings = (
        sum(validation.counts[code] for code in {problem.code for problem in problems})
        for problems in (validation.errors, validation.warnings)
    )
    facts = [
        ("planets", grouped(validation.planets)),
        ("estimator", content.estimator),
        ("fallback planets", grouped(len(fallbacks))),
        ("flagged fits", grouped(len(flagged))),
        *_typical(content.planets),
    ]
    if content.score is not None:
        facts.insert(0, ("score", f"{content.score.score:.4f}"))
        facts.insert(
            1, ("FGS1 / AIRS part", f"{content.score.fgs1:.3f} / {content.score.airs:.3f}")
        )
    if not validation.valid:
        advice = f"Do not hand it in. First fault: {validation.errors[0].message}."
        return Verdict("bad", f"Not valid: {counted(errors, 'error')}", advice, tuple(facts))
    if fallbacks:
        carry = "carries" if len(fallbacks) == 1 else "carry"
        advice = (
            f"It can be handed in. {counted(len(fallbacks), 'planet')} {carry} a fallback "
            "spectrum: read why below first."
        )
        return Verdict("look", _valid_with(warnings), advice, tuple(facts))
    if warnings:
        advice = "It can be handed in. Read the warnings below first."
        return Verdict("look", _valid_with(warnings), advice, tuple(facts))
    return Verdict("good", "Valid submission", "It can be handed in as it is.", tuple(facts))


def _valid_with(warnings: int) -> str:
    return f"Valid submission, {counted(warnings, 'warning')}" if warnings else "Valid submission"


def _typical(planets: tuple[PlanetPanel, ...]) -> list[tuple[str, str]]:
    """Typical sigma of both instruments over the planets that are no fallback."""
    sigmas = [planet.sigma for planet in planets if planet.status == "ok"]
    if not sigmas:
        return []
    typical = np.median(np.stack(sigmas), axis=0) * PPM
    return [("σ of FGS1 / AIRS", f"{typical[0]:.0f} / {np.median(typical[1:]):.0f} ppm")]
