"""The verdict in words: what is it worth, what is in it, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import standard_error
from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import ScoreReport

PPM = 1e6
MANY = 0.1
"""Share of doubtful planets from which on something is wrong with the survey, not with them."""


@dataclass(frozen=True)
class Verdict:
    """First lines of a page.

    tone      colour of the verdict: all well, look at it, do not hand it in
    headline  the verdict
    advice    what to do next
    facts     name and value of the key figures
    """

    tone: Literal["good", "look", "bad"]
    headline: str
    advice: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Estimate:
    """A score as the mean over planets, with the standard error of that mean."""

    score: float
    doubt: float
    planets: int

    def __str__(self) -> str:
        return f"{self.score:.3f} ± {self.doubt:.3f}" if self.planets > 1 else f"{self.score:.3f}"


def estimate_of(score: ScoreReport) -> Estimate:
    """Score with its uncertainty from the scatter between planets."""
    values = np.array(list(score.planets.values()))
    return Estimate(score.score, standard_error(values), len(values))


@dataclass(frozen=True)
class Scores:
    """What is known of the score of a submission.

    known     by the truth of its planets
    promised  by its own sigma, if that is true; None without a naive answer
    taught    of its model out of fold, on the planets that it learnt from
    """

    known: ScoreReport | None
    promised: ScoreReport | None
    taught: Estimate | None

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Names and values, the most certain first."""
        found = []
        if self.known is not None:
            found.append(("score on known truth", str(estimate_of(self.known))))
            parts = f"{self.known.fgs1:.3f} / {self.known.airs:.3f}"
            found.append(("FGS1 / AIRS part", parts))
        if self.promised is not None:
            found.append(("score that its own σ promises", str(estimate_of(self.promised))))
        text = "not known" if self.taught is None else str(self.taught)
        found.append(("score of the model on planets like those that taught it", text))
        return tuple(found)


def grouped(number: float) -> str:
    """A whole number with thousands set off by a thin space."""
    return f"{number:,.0f}".replace(",", "\u2009")


def counted(number: int, noun: str) -> str:
    """A number with its noun in the right form."""
    return f"{grouped(number)} {noun}{'' if number == 1 else 's'}"


def submission_verdict(
    validation: ValidationReport,
    planets: PlanetSet,
    estimator: str,
    scores: Scores,
) -> Verdict:
    """Judge a submission by its validation, its fallbacks and its flags."""
    fallbacks = planets.kinds.count("fallback")
    errors, warnings = (
        sum(validation.counts[code] for code in {problem.code for problem in problems})
        for problems in (validation.errors, validation.warnings)
    )
    facts = (*scores.facts(), *_contents(planets, estimator))
    if not validation.valid:
        advice = f"Do not hand it in. First fault: {validation.errors[0].message}."
        return Verdict("bad", f"Not valid: {counted(errors, 'error')}", advice, facts)
    headline = (
        f"Valid submission, {counted(warnings, 'warning')}" if warnings else "Valid submission"
    )
    if fallbacks:
        carry = "carries" if fallbacks == 1 else "carry"
        advice = (
            f"It can be handed in. {counted(fallbacks, 'planet')} {carry} a fallback "
            "spectrum: read why below first."
        )
        return Verdict("look", headline, advice, facts)
    if warnings:
        advice = "It can be handed in. Read the warnings below first."
        return Verdict("look", headline, advice, facts)
    doubtful = planets.kinds.count("doubtful")
    if not doubtful:
        return Verdict("good", headline, "It can be handed in as it is.", facts)
    verb = "is" if doubtful == 1 else "are"
    advice = f"It can be handed in. {counted(doubtful, 'planet')} {verb} doubtful: see them below."
    tone: Literal["good", "look"] = "look" if doubtful > MANY * len(planets.planet_ids) else "good"
    return Verdict(tone, headline, advice, facts)


def _contents(planets: PlanetSet, estimator: str) -> list[tuple[str, str]]:
    """What is in a set of planets, as figures."""
    facts = [
        ("planets", grouped(len(planets.planet_ids))),
        ("estimator", estimator),
        ("fallback planets", grouped(planets.kinds.count("fallback"))),
        ("doubtful planets", grouped(planets.kinds.count("doubtful"))),
    ]
    own = np.array([kind != "fallback" for kind in planets.kinds], dtype=np.bool_)
    if own.any():
        typical = np.median(planets.sigma[own], axis=0) * PPM
        facts.append(("σ of FGS1 / AIRS", f"{typical[0]:.0f} / {np.median(typical[1:]):.0f} ppm"))
    return facts


def model_verdict(planets: PlanetSet, estimator: str, score: ScoreReport | None) -> Verdict:
    """Judge a trained model by its out-of-fold predictions.

    Parameters
    ----------
    score : out of fold; None where the truth of the training planets was not found
    """
    contents = tuple(_contents(planets, estimator))
    if score is None or planets.truth is None or not planets.judged.any():
        advice = "Give paths.input, the survey it was trained on, to see where it errs."
        return Verdict("look", "The truth of these planets is not known", advice, contents)
    z = ((planets.mu - planets.truth) / planets.sigma)[planets.judged]
    square = float(np.mean(z**2))
    rms = np.sqrt(np.mean(z**2, axis=1))
    worst = np.array(planets.planet_ids)[planets.judged][np.argsort(-rms)[:3]]
    facts = (
        ("score, out of fold", str(estimate_of(score))),
        ("FGS1 / AIRS part", f"{score.fgs1:.3f} / {score.airs:.3f}"),
        ("mean (error / sigma)²", f"{square:.2f}"),
        *contents,
    )
    tone: Literal["good", "look"] = "good" if 0.8 < square < 1.25 else "look"
    told = {"good": "sigma is true on average", "look": "sigma is not true on average"}[tone]
    advice = f"{told[0].upper()}{told[1:]}. Look first at the worst planets: {', '.join(worst)}."
    return Verdict(tone, f"Score {estimate_of(score)} out of fold, {told}", advice, facts)
