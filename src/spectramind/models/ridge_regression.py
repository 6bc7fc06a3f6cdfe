"""Multi-output ridge regression of scikit-learn; what it learnt is one matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError
from spectramind.models.spectrum_regression import Arrays

FloatArray = NDArray[np.float64]

_PENALTIES: FloatArray = np.geomspace(1.0, 1e5, 21)


class RidgeRegression:
    """Linear in the features; the penalty is the one that leave-one-out prefers."""

    def learn(self, features: FloatArray, targets: FloatArray) -> dict[str, FloatArray]:
        """Learn (planet, 283) from (planet, feature).

        Raises
        ------
        ConfigurationError : scikit-learn is not installed
        """
        try:
            from sklearn.linear_model import RidgeCV
        except ImportError as error:
            text = (
                "model=spectrum_regressor learns with scikit-learn: install spectramind[baselines]"
            )
            raise ConfigurationError(text) from error
        fitted = RidgeCV(alphas=_PENALTIES).fit(features, targets)
        return {
            "matrix": np.asarray(fitted.coef_, dtype=np.float64),
            "intercept": np.asarray(fitted.intercept_, dtype=np.float64),
            "penalty": np.array([fitted.alpha_], dtype=np.float64),
        }

    def apply(self, arrays: Arrays, features: FloatArray) -> FloatArray:
        """(planet, 283) for (planet, feature)."""
        return np.asarray(features @ arrays["matrix"].T + arrays["intercept"])
