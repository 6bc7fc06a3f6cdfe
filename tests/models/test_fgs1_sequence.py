from __future__ import annotations

import numpy as np
import pytest

from spectramind.detector.light_curves import LightCurve
from spectramind.errors import DataError
from spectramind.models.fgs1_sequence import FineCurve, detrended, tokens
from spectramind.transit.posterior import WhiteLightCurve

HOURS = np.linspace(0.003, 7.497, 1350)
MODEL = np.where(np.abs(HOURS - 3.5) < 1.2, 0.99, 1.0)
DRIFT = 2e5 * (1.0 + 2e-3 * HOURS - 1e-4 * HOURS**2)


def curves() -> tuple[LightCurve, WhiteLightCurve]:
    """A transit on a drifting star, and a fit in bins of four samples that took the drift out."""
    flux = (DRIFT * MODEL)[:, None]
    mask = np.zeros((1350, 1), dtype=bool)
    mask[10] = True
    flux[10] = np.nan
    fine = LightCurve("FGS1", HOURS, np.array([0.7]), flux, np.full((1350, 1), 400.0), mask, 50)
    time = HOURS[:1348].reshape(-1, 4).mean(axis=1)
    model = MODEL[:1348].reshape(-1, 4).mean(axis=1)
    return fine, WhiteLightCurve("FGS1", 0, time, model.copy(), model, np.full(time.size, 1e-4))


def test_drift_is_taken_over_from_the_fit() -> None:
    fine = detrended(*curves())
    away = np.abs(np.abs(HOURS - 3.5) - 1.2) > 0.05
    seen = np.isfinite(fine.flux)
    assert seen.sum() == 1349
    assert np.abs(fine.flux - MODEL)[away & seen].max() < 2e-5
    assert np.allclose(fine.sigma[away & seen], 20.0 / DRIFT[away & seen], rtol=1e-3)
    assert np.isinf(fine.sigma[10])


def test_nan_in_a_usable_sample_is_an_error() -> None:
    fine, white = curves()
    fine.flux[20] = np.nan
    with pytest.raises(DataError, match="visit 0: expected finite flux, found NaN"):
        detrended(fine, white)


def test_light_curve_without_a_usable_sample_is_an_error() -> None:
    fine, white = curves()
    fine.mask[:] = True
    with pytest.raises(DataError, match="usable samples"):
        detrended(fine, white)


@pytest.mark.parametrize("samples", [64, 450, 1350, 5000])
def test_tokens_of_any_length(samples: int) -> None:
    rng = np.random.default_rng(1)
    sigma = np.full(1350, 1e-4)
    noisy = FineCurve(HOURS, MODEL + sigma * rng.standard_normal(1350), MODEL, sigma)
    found = tokens(noisy, 3.5, 2.4, samples)
    assert found.shape == (samples, 5)
    usable = found[:, 4] == 1
    assert usable.sum() == min(samples, 1350)
    # A mean over its own sigma scatters by one, whatever the number of samples it is made of.
    assert found[usable, 0].std() == pytest.approx(1.0, abs=0.3)
    middle = (np.arange(samples) + 0.5) / samples * (HOURS[-1] - HOURS[0]) + HOURS[0]
    assert np.allclose(found[:, 2], np.clip((middle - 3.5) / 1.2, -4, 4))
    assert found[:, 3].max() == 1.0
    assert found[np.abs(found[:, 2]) > 1.1, 3].max() == 0.0
