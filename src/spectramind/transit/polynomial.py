"""The first estimator: white geometry, then channel depths over a polynomial drift, then smoothing.

Robust rather than clever: it is what every later model falls back to. It answers any set of light
curves with a posterior; what it cannot measure gets the population's mean and spread and a flag.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.stars import Star
from spectramind.transit.caution import cautious, raised_flags, seen_errors
from spectramind.transit.channel_depths import UNKNOWN_VARIANCE, ChannelDepths, channel_depths
from spectramind.transit.common_residuals import white_residuals
from spectramind.transit.depth_smoothing import smooth_depths
from spectramind.transit.doubts import merged
from spectramind.transit.limb_darkening import typical_quadratic
from spectramind.transit.low_rank import low_rank
from spectramind.transit.orbit import contact_times, full_duration, transit_duration
from spectramind.transit.posterior import DepthPosterior, WhiteLightCurve
from spectramind.transit.visit_agreement import Emptiness, empty_curves
from spectramind.transit.white_fit import WhiteFit, fit_white
from spectramind.transit.white_light import (
    RelativeCurve,
    WhiteSeries,
    relative_curve,
    white_series,
)
from spectramind.transit.white_search import search_transit

FloatArray = NDArray[np.float64]

POPULATION_DEPTH = 0.0147
POPULATION_SPREAD = 0.0107
"""Mean and standard deviation of depths over the challenge's training planets."""

LEAST_GAIN = 40.0
"""Fall of chi^2 below which a dip is not called a transit: the search tries ~10^3 of them."""
LEAST_SAMPLES = 20
_DISAGREEMENT = 9.0
_EDGE_HOURS = 0.1


def estimate_depths(visits: Sequence[VisitLightCurves], star: Star) -> DepthPosterior:
    """Transit depths of one planet from the reduced light curves of all its visits.

    Parameters
    ----------
    visits : at least one; masked, non-finite and missing samples are allowed everywhere
    star : star and orbit table entry of the planet

    Returns
    -------
    posterior with flags out of: no_data, few_samples, no_transit, partial_transit, grazing,
    visits_disagree, masked_channels, high_chi2
    """
    planet_id = visits[0].planet_id
    pairs, empty = _usable_curves(visits, star)
    came = raised_flags(visits)
    if not pairs:
        return _unmeasured(planet_id, merged(("no_data",), came), {})
    series = [white for _, white in pairs]
    found = search_transit(series, star)
    fit = fit_white(series, found, star)
    geometry = _geometry(fit)
    if not _is_transit(fit):
        return _unmeasured(planet_id, merged(("no_transit",), came), geometry)
    depth, covariance, disagree, dark = _spectrum([c for c, _ in pairs], fit, star)
    few = len(pairs) < 2 * (len(visits) - len(empty.visits))
    flags = merged(_flags(fit, few=few, disagree=disagree, dark=dark), empty.flags)
    diagonal, factors = low_rank(covariance)
    white = tuple(_white_curve(fit, index) for index in range(len(fit.series)))
    posterior = DepthPosterior(
        planet_id, "polynomial", depth, diagonal, factors, flags, geometry, white
    )
    return cautious(posterior, seen_errors(white_residuals(fit)), visits)


def _usable_curves(
    visits: Sequence[VisitLightCurves], star: Star
) -> tuple[list[tuple[RelativeCurve, WhiteSeries]], Emptiness]:
    """Curves with enough samples that show the transit, and which do not."""
    curves = [relative_curve(c, v.visit) for v in visits for c in (v.airs, v.fgs1)]
    pairs = [(curve, white_series(curve)) for curve in curves]
    pairs = [(curve, white) for curve, white in pairs if white.usable.sum() >= LEAST_SAMPLES]
    empty = empty_curves([white for _, white in pairs], star)
    return [pair for pair in pairs if not empty.holds(pair[0].visit, pair[0].instrument)], empty


def _unmeasured(
    planet_id: int, flags: tuple[str, ...], geometry: dict[str, float]
) -> DepthPosterior:
    """The population's mean for every channel, its spread as one common error."""
    return DepthPosterior(
        planet_id=planet_id,
        estimator="polynomial",
        depth=np.full(N_CHANNELS, POPULATION_DEPTH),
        variance_diagonal=np.full(N_CHANNELS, 1e-4**2),
        factors=np.full((N_CHANNELS, 1), POPULATION_SPREAD),
        flags=flags,
        geometry=geometry,
    )


def _is_transit(fit: WhiteFit) -> bool:
    return fit.gain > LEAST_GAIN


def _geometry(fit: WhiteFit) -> dict[str, float]:
    orbit = fit.orbit(fit.visits[0])
    k = fit.radius_ratio("AIRS-CH0")
    u_airs, u_fgs1 = fit.limb_darkening("AIRS-CH0"), fit.limb_darkening("FGS1")
    return {
        **{f"t0_{visit}": fit.orbit(visit).t0 for visit in fit.visits},
        "period": fit.period / 24.0,
        "a_over_rs": orbit.a_over_rs,
        "impact": orbit.impact,
        "duration": transit_duration(orbit, k),
        "k_airs": k,
        "k_fgs1": fit.radius_ratio("FGS1"),
        "u1_airs": u_airs[0],
        "u2_airs": u_airs[1],
        "u1_fgs1": u_fgs1[0],
        "u2_fgs1": u_fgs1[1],
        "chi2": fit.chi2,
        "gain": fit.gain,
    }


def _visit_depths(curve: RelativeCurve, fit: WhiteFit, star: Star) -> ChannelDepths:
    """AIRS channels of one visit, with the white limb darkening sloped as is typical of stars."""
    u1, u2 = typical_quadratic(curve.wavelength, star.temperature)
    centre = typical_quadratic(np.array([white_series(curve).wavelength]), star.temperature)
    white = fit.limb_darkening(curve.instrument)
    return channel_depths(
        curve,
        fit.orbit(curve.visit),
        fit.radius_ratio(curve.instrument),
        u1 + white[0] - centre[0],
        u2 + white[1] - centre[1],
    )


def combine_visits(
    depths: Sequence[FloatArray], covariances: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray, bool]:
    """Precision-weighted mean of visits, widened where they disagree by more than their errors.

    Parameters
    ----------
    depths : (channel,) of each visit
    covariances : (channel, channel) of each visit

    Returns
    -------
    depth (channel,), covariance (channel, channel), whether the means differ by over 3 sigma
    """
    precisions = [np.linalg.inv(covariance) for covariance in covariances]
    covariance = np.linalg.inv(sum(precisions, np.zeros_like(covariances[0])))
    weighted = sum((p @ d for p, d in zip(precisions, depths, strict=True)), np.zeros(()))
    depth = covariance @ weighted
    if len(depths) == 1:
        return depth, covariance, False
    known = [c.diagonal() < 0.5 * UNKNOWN_VARIANCE for c in covariances]
    both = np.logical_and.reduce(known).astype(float)
    share = both / max(both.sum(), 1.0)
    means = np.array([share @ d for d in depths])
    variances = np.array([share @ c @ share for c in covariances])
    variances = np.maximum(variances, 1e-16)
    centre = np.sum(means / variances) / np.sum(1.0 / variances)
    chi2 = float(np.sum((means - centre) ** 2 / variances)) / (len(depths) - 1)
    excess = max(chi2 - 1.0, 0.0) / float(np.sum(1.0 / variances))
    return depth, covariance + excess, chi2 > _DISAGREEMENT


def _spectrum(
    curves: Sequence[RelativeCurve], fit: WhiteFit, star: Star
) -> tuple[FloatArray, FloatArray, bool, bool]:
    """Depths (283,), covariance, whether visits disagree, whether channels are never seen."""
    k_airs, k_fgs1 = fit.radius_ratio("AIRS-CH0"), fit.radius_ratio("FGS1")
    white = fit.depth_covariance()
    airs = [curve for curve in curves if curve.instrument == "AIRS-CH0"]
    n_airs = N_CHANNELS - 1
    depth = np.concatenate([[k_fgs1**2], np.full(n_airs, k_airs**2)])
    covariance = np.full((N_CHANNELS, N_CHANNELS), white[0, 1])
    covariance[0, 0] = white[1, 1]
    covariance[1:, 1:] = white[0, 0]
    if not airs:  # AIRS is known through its tie to FGS1 only
        return depth, covariance + 1e-4**2 * np.eye(N_CHANNELS), False, True
    each = [_visit_depths(curve, fit, star) for curve in airs]
    measured, error, disagree = combine_visits(
        [one.depth for one in each], [one.covariance for one in each]
    )
    depth[1:], error = smooth_depths(airs[0].wavelength, measured, error, k_airs**2)
    # What geometry and limb darkening add to the common error: the white fit's less what the
    # channels, which take them as given, already count.
    mean_error = float(error.mean())
    covariance[1:, 1:] = error + max(white[0, 0] - mean_error, 0.0)
    bound = 0.95 * np.sqrt(white[1, 1] * float(covariance[1:, 1:].mean()))
    covariance[0, 1:] = covariance[1:, 0] = float(np.clip(white[0, 1], -bound, bound))
    dark = bool((error.diagonal() > 0.5 * UNKNOWN_VARIANCE).any()) or not all(
        curve.weight.any(axis=0).all() for curve in airs
    )
    return depth, covariance, disagree, dark


def _flags(fit: WhiteFit, few: bool, disagree: bool, dark: bool) -> tuple[str, ...]:
    k = fit.radius_ratio("AIRS-CH0")
    partial = False
    for series in fit.series:
        first, *_, last = contact_times(fit.orbit(series.visit), k)
        partial |= first < series.time[0] + _EDGE_HOURS or last > series.time[-1] - _EDGE_HOURS
    checks = {
        "few_samples": few,
        "partial_transit": partial,
        "grazing": full_duration(fit.orbit(fit.visits[0]), k) == 0.0,
        "visits_disagree": disagree,
        "masked_channels": dark,
        "high_chi2": fit.chi2 > 9.0,
    }
    return tuple(name for name, raised in checks.items() if raised)


def _white_curve(fit: WhiteFit, index: int) -> WhiteLightCurve:
    series: WhiteSeries = fit.series[index]
    used = np.isfinite(fit.sigma[index])
    return WhiteLightCurve(
        instrument=series.instrument,
        visit=series.visit,
        time=series.time,
        flux=np.where(used, np.exp(series.log_flux - fit.drifts[index]), np.nan),
        model=np.exp(fit.models[index]),
        sigma=fit.sigma[index],
    )
