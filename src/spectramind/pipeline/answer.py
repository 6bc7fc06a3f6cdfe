"""What an estimator says about a planet, and the table of all planets."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.models.fit_features import FitFeatures, absent_features, fit_features
from spectramind.models.physics import PhysicsModel
from spectramind.models.predictions import Predictions, Status
from spectramind.survey.stars import Star
from spectramind.transit.calibration import corrected_mean, error_parts
from spectramind.transit.doubts import doubts_of
from spectramind.transit.planet_fit import PlanetFit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """Spectrum of one planet, before calibration.

    mu            (283,) transit depth, mean
    sigma         (283,) standard deviation
    sigma_common  standard deviation of the error that all AIRS channels share
    note          flags
    features      what the transit fit says about itself
    """

    mu: FloatArray
    sigma: FloatArray
    sigma_common: float
    note: str
    features: FitFeatures = field(default_factory=absent_features)


def physics_answer(fit: PlanetFit, star: Star, model: PhysicsModel) -> Answer:
    """What physics alone says about a fitted planet."""
    posterior = fit.posterior
    return Answer(
        mu=corrected_mean(posterior, star, model.calibration),
        sigma=posterior.sigma,
        sigma_common=error_parts(posterior).airs_mean,
        note=" ".join(posterior.flags),
        features=fit_features(fit, star),
    )


def usable(answer: Answer) -> bool:
    """Whether the numbers can be handed in."""
    finite = np.isfinite(answer.mu).all() and np.isfinite(answer.sigma).all()
    return bool(finite and (answer.sigma > 0).all() and (answer.mu < 1).all())


def status_of(answer: Answer) -> Status:
    """Whether the flags of an answer leave it in doubt."""
    return "doubtful" if doubts_of(answer.note.split()) else "ok"


def not_narrower(corrected: Answer, physics: Answer) -> Answer:
    """A correction of a doubtful planet, with at least the errors of what it corrects.

    What learnt to correct sound planets knows nothing of what a flag names.
    """
    if status_of(physics) == "ok":
        return corrected
    return replace(
        corrected,
        sigma=np.maximum(corrected.sigma, physics.sigma),
        sigma_common=max(corrected.sigma_common, physics.sigma_common),
    )


def predictions_of(
    answers: Mapping[int, Answer],
    failed: Container[int],
    wavelength: FloatArray,
    attributes: Mapping[str, str],
) -> Predictions:
    """Put answers into one table, in their order; sigma is still sigma_raw.

    Parameters
    ----------
    failed : planets whose answer is the fallback
    wavelength : (283,) micrometre
    """
    rows = answers.values()
    sigma = np.stack([answer.sigma for answer in rows])
    return Predictions(
        planet_ids=tuple(answers),
        wavelength=wavelength,
        mu=np.stack([answer.mu for answer in rows]),
        sigma_raw=sigma,
        sigma_common=np.array([answer.sigma_common for answer in rows]),
        sigma=sigma,
        channel_features=np.stack([answer.features.channel for answer in rows]),
        planet_features=np.stack([answer.features.planet for answer in rows]),
        status=tuple(
            "fallback" if planet in failed else status_of(answer)
            for planet, answer in answers.items()
        ),
        note=tuple(answer.note for answer in rows),
        attributes=attributes,
    )
