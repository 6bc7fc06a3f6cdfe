"""The population: reproducible planet by planet, plausible as a whole, different out of range."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy.stats import ks_2samp

from spectramind.errors import ConfigurationError
from spectramind.simulator.orbit import kepler_distance
from spectramind.simulator.population import (
    SimulatedPlanet,
    draw_planet,
    draw_planets,
    planet_identifier,
)
from spectramind.survey.star_completion import completed


@pytest.fixture(scope="module")
def thousand() -> list[SimulatedPlanet]:
    return draw_planets(3, range(1000))


@pytest.fixture(scope="module")
def depths(thousand) -> np.ndarray:
    return np.array([planet.spectrum for planet in thousand])


def test_a_planet_depends_on_seed_and_index_alone(thousand):
    alone, batch = draw_planet(3, 17), draw_planets(3, [400, 17, 2])[1]
    assert np.array_equal(alone.spectrum, thousand[17].spectrum)
    assert np.array_equal(alone.spectrum, batch.spectrum)
    assert alone.star_info == batch.star_info and alone.orbit == batch.orbit
    assert not np.array_equal(alone.spectrum, draw_planet(4, 17).spectrum)


def test_identifiers_are_distinct():
    assert len({planet_identifier(5, index) for index in range(50000)}) == 50000


def test_depths_follow_the_lognormal(depths):
    # Four standard errors of a thousand lognormal planets around the published numbers.
    assert depths.mean() == pytest.approx(0.0147, abs=4 * 0.0107 / np.sqrt(1000))
    assert depths.std() == pytest.approx(0.0107, rel=0.2)
    assert depths.min() > 0.0035 and depths.max() < 0.09


def test_heights_and_smoothness_of_the_spectra(depths):
    airs = depths[:, 1:]
    low, middle, high = np.percentile(np.ptp(airs, axis=1) * 1e6, [5, 50, 95])
    assert low == pytest.approx(12, rel=0.4)
    assert middle == pytest.approx(91, rel=0.25)
    assert high == pytest.approx(734, rel=0.25)
    assert np.median(np.abs(np.diff(airs))) * 1e6 == pytest.approx(0.9, rel=0.4)
    assert np.std(depths[:, 0] - airs.mean(axis=1)) * 1e6 == pytest.approx(240, rel=0.5)


def test_principal_components_of_the_spectra(depths):
    shape = depths[:, 1:] - depths[:, 1:].mean(axis=1, keepdims=True)
    power = np.linalg.svd(shape - shape.mean(axis=0), compute_uv=False) ** 2
    share = np.cumsum(power) / power.sum()
    assert share[0] == pytest.approx(0.760, abs=0.1)
    assert share[1] == pytest.approx(0.944, abs=0.04)
    assert share[2] == pytest.approx(0.976, abs=0.025)
    assert share[4] == pytest.approx(0.994, abs=0.01)
    assert share[9] > 0.997


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("radius", "Rs"),
        ("mass", "Ms"),
        ("temperature", "Ts"),
        ("period", "P"),
        ("semi_major_axis", "sma"),
        ("inclination", "i"),
    ],
)
def test_star_table_looks_like_the_real_one(shared, thousand, field, column):
    with (shared / "real/survey/train_star_info.csv").open() as handle:
        real = [float(row[column]) for row in csv.DictReader(handle)]
    simulated = [getattr(planet.star_info, field) for planet in thousand]
    assert ks_2samp(real, simulated).statistic < 0.13


def test_start_values_are_off_the_truth_as_published(thousand):
    ratio = np.array(
        [p.star_info.semi_major_axis / kepler_distance(p.orbit.period, p.star) for p in thousand]
    )
    low, high = np.percentile(ratio, [5, 95])
    assert low == pytest.approx(0.90, abs=0.02) and high == pytest.approx(1.10, abs=0.025)
    exact = np.mean([p.star_info.inclination == 90.0 for p in thousand])
    assert exact == pytest.approx(0.076, abs=0.03)
    assert all(completed(p.star_info).assumed == () for p in thousand)


def test_visits_and_difficult_transits_are_as_frequent_as_they_should(thousand):
    visits = np.array([len(p.transit_times) for p in thousand])
    ratio = np.array([np.sqrt(p.spectrum[1:].mean()) for p in thousand])
    impact = np.array([p.orbit.impact for p in thousand])
    half = 0.5 * np.array([p.orbit.duration(k) for p, k in zip(thousand, ratio, strict=True)])
    middle = np.array([p.transit_times[0] for p in thousand])
    assert set(visits) == {1, 2}
    assert np.mean(visits == 2) == pytest.approx(0.1, abs=0.03)
    assert 0.002 < np.mean(impact + ratio > 1) < 0.05
    assert np.all(impact < 1 + ratio)
    assert 0.02 < np.mean((middle < half) | (middle + half > 7.5)) < 0.15
    assert np.all((half > 0.2) & (middle > 1.0) & (middle < 6.5))


def test_out_of_distribution_planets_lie_outside(thousand):
    foreign = draw_planets(3, range(50), "ood")
    assert max(p.star.mass for p in foreign) < min(p.star.mass for p in thousand)
    assert max(p.spectrum[1:].mean() for p in foreign) < 0.0045
    assert all(np.all(np.isfinite(p.spectrum)) and np.all(p.spectrum > 0) for p in foreign)


@pytest.mark.parametrize(("seed", "index", "preset"), [(-1, 0, "nominal"), (1, -2, "hard")])
def test_negative_seeds_are_refused(seed, index, preset):
    with pytest.raises(ConfigurationError, match="at least 0"):
        draw_planet(seed, index, preset)


def test_unknown_preset_is_refused():
    with pytest.raises(ConfigurationError, match="nominal, hard or ood"):
        draw_planet(1, 1, "easy")
