"""What `python -m bench families` promises of its table, and its figures on known answers."""

from __future__ import annotations

import numpy as np
import pytest
from bench._family_table import FAMILIES
from bench.families import ROWS, as_handed_in, coverage, measured, parsed, summary

from spectramind.conf.compose import compose
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.predictions import Predictions


def _answer(scale: float, calibrated: float) -> Predictions:
    """Fifty planets whose AIRS channels share an error of 30 ppm beside one of 40 ppm each.

    Parameters
    ----------
    scale : sigma that is stated over the true one
    calibrated : sigma that is handed in over the stated one
    """
    rng = np.random.default_rng(8)
    size, truth = (50, 283), np.full((50, 283), 0.01)
    common = 30e-6 * rng.standard_normal((50, 1))
    error = 50e-6 * rng.standard_normal(size)
    error[:, 1:] = common + 40e-6 * rng.standard_normal((50, 282))
    features = np.zeros((*size, len(CHANNEL_FEATURES)))
    features[..., CHANNEL_FEATURES.index("ln sigma")] = np.log(50e-6)
    features[..., CHANNEL_FEATURES.index("ln shape sigma")] = np.log(40e-6)
    raw = np.full(size, scale * 50e-6)
    return Predictions(
        planet_ids=tuple(range(50)),
        wavelength=np.linspace(0.7, 3.9, 283),
        mu=truth + error,
        sigma_raw=raw,
        sigma_common=np.full(50, scale * 30e-6),
        sigma=calibrated * raw,
        channel_features=features,
        planet_features=np.zeros((50, len(PLANET_FEATURES))),
        status=("ok",) * 50,
        note=("foreign_prior",) * 7 + ("",) * 43,
        truth=truth,
    )


def test_the_table_holds_what_is_asked_of_it() -> None:
    settings = [compose(family.overrides).sim for family in FAMILIES]
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) >= 10
    assert len({s.limb_darkening for s in settings}) >= 5
    assert len({s.drift for s in settings}) >= 5
    assert {s.chemistry for s in settings} >= {None, "foreign"}
    assert min(s.pointing for s in settings) < 0.5
    assert max(s.pointing for s in settings) >= 3.0
    assert min(s.noise for s in settings) == 0.7
    assert max(s.noise for s in settings) == 1.5
    assert sum(family.easy for family in FAMILIES) >= 0.6 * len(FAMILIES)


@pytest.mark.parametrize(("scale", "calibrated"), [(1.0, 1.0), (0.5, 2.0)])
def test_true_sigma_gives_squares_of_one_and_ninety_per_cent(
    scale: float, calibrated: float
) -> None:
    found = measured("quiet", "generic", _answer(scale, calibrated))
    for square, spread in ((found.z2_fgs1, 0.2), (found.z2_mean, 0.2), (found.z2_shape, 0.01)):
        assert square == pytest.approx(1.0, abs=3 * spread)
    assert found.coverage == pytest.approx(90.0, abs=2.0)
    assert (found.overruled, found.planets, found.fallbacks) == (7, 50, 0)
    assert 0.5 < found.score < 1.0
    assert found.score == found.plain


def test_a_sigma_half_as_large_shows_in_every_part() -> None:
    sample = as_handed_in(_answer(1.0, 0.5))
    np.testing.assert_allclose(sample.sigma, 25e-6)
    np.testing.assert_allclose(sample.common, 15e-6)
    found = measured("red", "generic", _answer(1.0, 0.5))
    assert found.z2_shape == pytest.approx(4.0, abs=0.2)
    assert coverage(_answer(1.0, 0.5)) < 65.0


def test_means_keep_the_kinds_of_drift_apart() -> None:
    rows = [measured(name, "generic", _answer(1.0, 1.0)) for name in ("quiet", "red", "noisy")]
    first, second = summary(rows)
    assert first.startswith("generic, 2 families of polynomial drift or none: score 0.")
    assert second.startswith("generic, 1 families of other drift")


def test_families_and_rows_are_chosen_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    options = parsed(["--only", "red,quiet", "--rows", "first;V50", "--planets", "6"])
    assert options.only == ["red", "quiet"]
    assert options.rows == [row for row in ROWS if row != "generic"]
    for wrong in (["--only", "unheard"], ["--rows", "unheard"]):
        with pytest.raises(SystemExit):
            parsed(wrong)
        assert "there are competition" in capsys.readouterr().err
