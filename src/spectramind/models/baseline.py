"""A trained baseline: one regression for each fold, averaged, with the sigma it has earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError, DataError
from spectramind.models.checkpoint import Checkpoint, read_checkpoint
from spectramind.models.light_features import N_FEATURES
from spectramind.models.spectrum_regression import Arrays, SpectrumRegression, apply_spectra
from spectramind.survey.instruments import N_CHANNELS

FloatArray = NDArray[np.float64]
BaselineName = Literal["residual_mlp", "deep_residual_mlp", "spectrum_regressor"]


@dataclass(frozen=True)
class BaselineModel:
    """What a baseline has learnt.

    members       learnt numbers of each fold's regression
    sigma         (283,) rms of the out-of-fold residuals
    sigma_common  rms of their mean over AIRS
    """

    members: Sequence[Arrays]
    sigma: FloatArray
    sigma_common: float


def regression_of(name: BaselineName) -> SpectrumRegression:
    """The regression behind a baseline.

    Raises
    ------
    ConfigurationError : it needs torch, which is not installed
    """
    if name == "spectrum_regressor":
        from spectramind.models.ridge_regression import RidgeRegression

        return RidgeRegression()
    try:
        from spectramind.models.residual_mlp import MlpSettings, ResidualMlp
    except ImportError as error:
        text = f"model={name} is a network of torch, which is not installed: pip install torch"
        raise ConfigurationError(text) from error
    if name == "residual_mlp":
        return ResidualMlp(MlpSettings(blocks=4, width=128, dropout=0.2, epochs=200))
    return ResidualMlp(MlpSettings(blocks=80, width=128, dropout=0.1, epochs=60))


def member_mean(
    regression: SpectrumRegression, model: BaselineModel, features: FloatArray, white: FloatArray
) -> FloatArray:
    """(planet, 283) depths, mean of all members, for (planet, feature) and (planet,)."""
    spectra = [apply_spectra(regression, member, features, white) for member in model.members]
    return np.asarray(np.mean(spectra, axis=0))


def earned_sigma(residuals: FloatArray) -> tuple[FloatArray, float]:
    """Rms of (planet, 283) residuals by channel, and of their mean over AIRS."""
    sigma = np.sqrt(np.mean(residuals**2, axis=0))
    common = float(np.sqrt(np.mean(residuals[:, 1:].mean(axis=1) ** 2)))
    return sigma, common


def baseline_checkpoint(
    name: BaselineName, model: BaselineModel, texts: Mapping[str, str]
) -> Checkpoint:
    """The model as a checkpoint, with `texts` on its origin."""
    arrays = {
        f"member{number}.{key}": value
        for number, member in enumerate(model.members)
        for key, value in member.items()
    }
    sigma = {"sigma": model.sigma, "sigma_common": np.array([model.sigma_common])}
    return Checkpoint(name, {**arrays, **sigma}, dict(texts))


def read_baseline(path: Path, name: BaselineName) -> BaselineModel:
    """The baseline in the checkpoint at `path`.

    Raises
    ------
    DataError : no such file, damaged, of another model, or of other features
    """
    arrays = read_checkpoint(path, name).arrays
    members: dict[str, dict[str, FloatArray]] = {}
    for key, value in arrays.items():
        member, dot, rest = key.partition(".")
        if dot and member.startswith("member"):
            members.setdefault(member, {})[rest] = value
    remedy = f"train it again with `spectramind train model={name}`"
    for learnt in members.values():
        found = learnt["feature_mean"].size if "feature_mean" in learnt else 0
        if found != N_FEATURES:
            raise DataError(path, f"{N_FEATURES} features", str(found), remedy)
    sigma, common = arrays.get("sigma"), arrays.get("sigma_common")
    if not members or sigma is None or common is None:
        raise DataError(path, "learnt members and sigma", "none", remedy)
    if sigma.shape != (N_CHANNELS,) or common.shape != (1,) or not (sigma > 0.0).all():
        found_text = f"shapes {sigma.shape} and {common.shape}"
        raise DataError(path, f"a sigma for {N_CHANNELS} channels", found_text, remedy)
    return BaselineModel(list(members.values()), sigma, float(common[0]))
