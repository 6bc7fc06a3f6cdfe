"""A fit judged again with priors that were not known when it was made.

The light curves are not touched: what they say is in the fit as a quadratic, and the posterior
under any prior follows from it. Residuals and noise stay those of the fit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spectramind.survey.stars import Star
from spectramind.transit.belief import believe
from spectramind.transit.caution import at_least
from spectramind.transit.joint import widened
from spectramind.transit.joint_problem import table_orbit
from spectramind.transit.joint_summary import limb_darkening_of, orbit_covariance, transit_shape
from spectramind.transit.low_rank import low_rank
from spectramind.transit.orbit import HOURS_PER_DAY, Orbit
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.prior_choices import PriorChoices
from spectramind.transit.spot_crossings import spot_covariance
from spectramind.transit.visit_agreement import difference_covariance


def refined(fit: PlanetFit, star: Star, choices: PriorChoices) -> PlanetFit:
    """The fit with the posterior that other priors give; a fallback stays as it is.

    Parameters
    ----------
    choices : priors of the size that the planet was fitted with
    """
    information, posterior = fit.information, fit.posterior
    if information is None:
        return fit
    belief = believe(information, choices, star)
    parameters = belief.nuisance[information.layout.star_places].copy()
    parameters[-2:] += table_orbit(star)
    limb = limb_darkening_of(information.layout, parameters)
    covariance = widened(belief.covariance, posterior.flags, fit.chi2)
    covariance = covariance + spot_covariance(belief.depth, posterior.white)
    covariance = covariance + difference_covariance(belief.depth, information.disagreement)
    diagonal, factors = low_rank(covariance)
    mid_times = [name for name in posterior.geometry if name.startswith("t0_")]
    orbit = Orbit(
        posterior.geometry[mid_times[0]],
        posterior.geometry["period"] * HOURS_PER_DAY,
        float(np.exp(parameters[-2])),
        abs(float(parameters[-1])),
    )
    found = replace(
        posterior,
        depth=belief.depth,
        variance_diagonal=diagonal,
        factors=factors,
        geometry=posterior.geometry | transit_shape(orbit, belief.depth, limb),
    )
    return replace(
        fit,
        posterior=at_least(found, fit.seen_errors.tolist()),
        limb_darkening=limb,
        orbit_covariance=orbit_covariance(information.layout, belief.matrix, covariance),
        depth_information=belief.about_depth,
        adapted=belief.judgement,
    )
