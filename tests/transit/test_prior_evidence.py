"""Evidence of priors against dense Gaussian algebra, and what it decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from joint_scenes import CONFIG, ORDERS, PRIORS, WAVELENGTH, draw_from_prior
from numpy.typing import NDArray
from transit_scenes import STAR

from spectramind.errors import ConfigurationError
from spectramind.transit.belief import believe
from spectramind.transit.depth_prior import AMPLITUDES, combine, log_amplitude_weights
from spectramind.transit.evidence import (
    drift_sizes,
    evidences,
    log_evidence,
    posterior,
    prior_distance,
)
from spectramind.transit.gaussian import marginalise
from spectramind.transit.joint import fit_planet
from spectramind.transit.light_information import LightInformation
from spectramind.transit.nuisance_prior import log_size_prior, nuisance_prior
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.prior_choices import (
    GENERIC,
    LEARNT,
    PARTS,
    Combination,
    PriorChoices,
    depth_basis,
    only,
)
from spectramind.transit.priors import TransitPriors, generic_priors
from spectramind.transit.refinement import refined

FloatArray = NDArray[np.float64]
AIRS = tuple(WAVELENGTH[1:].tolist())


def shifted(priors: TransitPriors, scatters: float, narrower: float = 4.0) -> TransitPriors:
    """Priors whose limb darkening is sure of something else."""
    size = np.sqrt(np.diag(priors.star_scatter)) / narrower
    mean = priors.star_mean.copy()
    mean[:-2, 0] += scatters * size[:-2]
    return replace(priors, star_mean=mean, star_scatter=np.diag(size**2))


@pytest.fixture(scope="module")
def fit() -> PlanetFit:
    visit, _ = draw_from_prior(5)
    return fit_planet([visit], STAR, PRIORS, CONFIG)


@pytest.fixture(scope="module")
def information(fit: PlanetFit) -> LightInformation:
    assert fit.information is not None
    return fit.information


def dense(information: LightInformation, priors: TransitPriors) -> tuple[float, FloatArray]:
    """Ln evidence and posterior mean of the depths, all 283 of them, amplitude by amplitude."""
    layout, size = information.layout, information.drift_size
    precision, mean = nuisance_prior(layout, priors, STAR, size, information.scale_spread)
    vector, depth_vector = information.centred()
    depth, nuisance = layout.depth, layout.nuisance
    whole = np.zeros((layout.leading, layout.leading))
    whole[np.ix_(depth, depth)] = information.depth_matrix
    whole[np.ix_(nuisance, depth)] = information.cross
    whole[np.ix_(depth, nuisance)] = information.cross.T
    whole[np.ix_(nuisance, nuisance)] = information.matrix
    told = np.concatenate([depth_vector, vector])
    unit = priors.depth.unit_covariance(WAVELENGTH[1:])
    values, means = [], []
    for amplitude, weight in zip(AMPLITUDES, log_amplitude_weights(priors.depth), strict=True):
        covariance = np.zeros_like(whole)
        covariance[np.ix_(depth, depth)] = priors.depth.covariance(unit, float(amplitude))
        covariance[np.ix_(nuisance, nuisance)] = np.linalg.inv(precision)
        centre = np.zeros(layout.leading)
        centre[nuisance] = mean
        score = told - whole @ centre
        inner = np.eye(layout.leading) + whole @ covariance
        spread = covariance @ np.linalg.inv(inner)
        quadratic = 0.5 * score @ spread @ score
        shift = centre @ told - 0.5 * centre @ whole @ centre
        values.append(weight + shift + quadratic - 0.5 * np.linalg.slogdet(inner)[1])
        means.append((centre + spread @ score)[depth])
    top = max(values)
    share = np.exp(np.array(values) - top)
    found = share @ np.array(means) / share.sum()
    return top + float(np.log(share.sum())) + log_size_prior(size), information.centre + found


def evidence_of(information: LightInformation, priors: TransitPriors) -> float:
    basis = depth_basis(priors.depth, WAVELENGTH[1:])
    size = information.drift_size
    return log_evidence(information, priors, basis, STAR, size).log_evidence


def test_bayes_factors_are_those_of_dense_algebra(information: LightInformation) -> None:
    rough = replace(PRIORS, depth=replace(PRIORS.depth, process_size=0.08))
    reference, _ = dense(information, PRIORS)
    for other in (shifted(PRIORS, 3.0), shifted(PRIORS, 0.0), rough):
        found = evidence_of(information, other) - evidence_of(information, PRIORS)
        assert found == pytest.approx(dense(information, other)[0] - reference, abs=0.05)


def test_posterior_is_that_of_all_channels(information: LightInformation) -> None:
    basis = depth_basis(PRIORS.depth, WAVELENGTH[1:])
    found = log_evidence(information, PRIORS, basis, STAR, information.drift_size)
    depth, covariance, nuisance = posterior(found, basis)
    layout = information.layout
    precision, mean = nuisance_prior(
        layout, PRIORS, STAR, information.drift_size, information.scale_spread
    )
    vector, depth_vector = information.centred()
    matrix = np.block(
        [
            [information.depth_matrix, information.cross.T],
            [information.cross, information.matrix + precision],
        ]
    )
    right = np.concatenate([depth_vector, vector + precision @ mean])
    about, told = marginalise(matrix, right, layout.depth)
    expected, spread, _ = combine(PRIORS.depth, basis.unit, about, told, np.zeros(283))
    sigma = np.sqrt(np.diag(spread))
    assert np.abs(depth - expected).max() < 0.01 * sigma.mean()
    assert np.sqrt(np.diag(covariance)) == pytest.approx(sigma, rel=0.005)
    inner = information.matrix + precision
    given = np.linalg.solve(inner, vector + precision @ mean - information.cross @ expected)
    scale = np.sqrt(np.diag(np.linalg.inv(inner)))
    assert np.abs(nuisance - given)[:-1].max() < 0.05 * scale.max()


def test_a_contradicted_prior_loses_its_say(fit: PlanetFit, information: LightInformation) -> None:
    wrong = shifted(PRIORS, 12.0)
    choices = PriorChoices((LEARNT, GENERIC), (wrong, PRIORS), AIRS)
    belief = believe(information, choices, STAR)
    assert belief.judgement is not None
    assert belief.judgement.contradicted == (PARTS[0],)
    assert belief.judgement.weight[0, 0] < 1e-4
    assert belief.judgement.distance[0] > 5.0 * belief.judgement.freedom[0]
    alone = believe(information, only(PRIORS, WAVELENGTH[1:]), STAR)
    sigma = np.sqrt(np.diag(alone.covariance))
    assert np.abs(belief.depth - alone.depth).max() < 0.3 * sigma.min()
    assert fit.judgement is None


def test_a_right_prior_is_preferred_and_narrows(information: LightInformation) -> None:
    basis = depth_basis(PRIORS.depth, WAVELENGTH[1:])
    found = log_evidence(information, PRIORS, basis, STAR, information.drift_size)
    _, _, nuisance = posterior(found, basis)
    near = shifted(PRIORS, 0.0, narrower=6.0)
    near.star_mean[:, 0] = nuisance[information.layout.star_places]
    near.star_mean[:, 1] = 0.0
    choices = PriorChoices((LEARNT, GENERIC), (near, PRIORS), AIRS)
    belief = believe(information, choices, STAR)
    assert belief.judgement is not None
    assert belief.judgement.contradicted == ()
    assert belief.judgement.weight[0, 0] > 0.9
    wide = believe(information, only(PRIORS, WAVELENGTH[1:]), STAR)
    assert belief.covariance[1:, 1:].mean() < wide.covariance[1:, 1:].mean()


def test_nothing_is_overruled_where_that_is_switched_off(information: LightInformation) -> None:
    wrong = shifted(PRIORS, 12.0)
    choices = PriorChoices((LEARNT, GENERIC), (wrong, PRIORS), AIRS, overruled=False)
    kept = believe(information, choices, STAR)
    sizes = evidences(information, choices, STAR)[Combination(0, 0, 0)].drift_size
    alone = believe(replace(information, drift_size=sizes), only(wrong, WAVELENGTH[1:]), STAR)
    assert kept.depth == pytest.approx(alone.depth, abs=1e-9)
    assert kept.judgement is not None
    assert kept.judgement.contradicted == (PARTS[0],)


def test_fit_says_that_its_prior_is_foreign() -> None:
    visit, truth = draw_from_prior(6)
    choices = PriorChoices((LEARNT, GENERIC), (shifted(PRIORS, 12.0), PRIORS), AIRS)
    fit = fit_planet([visit], STAR, choices, CONFIG)
    plain = fit_planet([visit], STAR, PRIORS, CONFIG)
    assert "foreign_prior" in fit.posterior.flags
    error = np.abs(fit.posterior.depth - plain.posterior.depth)
    assert error.mean() < 0.3 * plain.posterior.sigma.mean()
    assert truth.shape == (283,)


def test_refined_with_its_own_priors_is_the_fit(fit: PlanetFit) -> None:
    again = refined(fit, STAR, only(PRIORS, WAVELENGTH[1:]))
    assert again.posterior.depth == pytest.approx(fit.posterior.depth, abs=1e-12)
    assert again.posterior.sigma == pytest.approx(fit.posterior.sigma, rel=1e-9)
    assert again.limb_darkening == pytest.approx(fit.limb_darkening, abs=1e-9)
    assert again.posterior.geometry == pytest.approx(fit.posterior.geometry, rel=1e-9)


def test_prior_distance_is_what_is_expected_on_average() -> None:
    rng = np.random.default_rng(3)
    root = rng.standard_normal((6, 6))
    matrix, covariance = root[:, :4] @ root[:, :4].T * 30.0, np.diag(rng.uniform(0.5, 2.0, 6))
    values, vectors = np.linalg.eigh(matrix)
    half = vectors * np.sqrt(np.maximum(values, 0.0))
    found, freedom = [], 0.0
    for _ in range(2000):
        state = np.sqrt(np.diag(covariance)) * rng.standard_normal(6)
        vector = matrix @ state + half @ rng.standard_normal(6)
        distance, freedom = prior_distance(matrix, vector, np.zeros(6), covariance)
        found.append(distance)
    assert 3.0 < freedom < 4.0
    assert np.mean(found) == pytest.approx(freedom, rel=0.1)


def test_sizes_of_the_drift_settle(information: LightInformation) -> None:
    basis = depth_basis(PRIORS.depth, WAVELENGTH[1:])
    amplitude = basis.prior.typical_amplitude
    found = drift_sizes(information, PRIORS, basis, STAR, amplitude)
    again = replace(information, drift_size=found)
    settled = drift_sizes(again, PRIORS, basis, STAR, amplitude)
    # The departure from separable drift is so weak that its size hardly matters and creeps.
    assert np.log(settled[:, 1:]) == pytest.approx(np.log(found[:, 1:]), abs=0.1)
    assert np.log(found[:, 1:]) == pytest.approx(np.log(information.drift_size[:, 1:]), abs=0.4)


def test_priors_of_different_size_do_not_compete() -> None:
    other = generic_priors(WAVELENGTH, DriftOrders(ORDERS.time - 1, ORDERS.colour, ORDERS.limb))
    with pytest.raises(ConfigurationError, match="one size"):
        PriorChoices((LEARNT, GENERIC), (other, PRIORS), AIRS)


def test_parts_that_are_equal_are_tried_once() -> None:
    choices = PriorChoices((LEARNT, GENERIC), (shifted(PRIORS, 1.0), PRIORS), AIRS)
    assert list(choices.combinations()) == [Combination(0, 0, 0), Combination(1, 0, 0)]
