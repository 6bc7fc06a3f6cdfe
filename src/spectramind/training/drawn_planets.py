"""Planets that never were: spectra measured with the light curves of planets that are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from spectramind.models.network_input import OF_CHANNEL, OF_PLANET
from spectramind.models.planet_batch import PlanetBatch

DRAWN = -1
_LN_PPM = math.log(1e-6)
_SIGMA, _SHAPE = OF_CHANNEL.index("ln sigma"), OF_CHANNEL.index("ln shape sigma")
_FGS1, _COMMON = OF_PLANET.index("ln FGS1 sigma"), OF_PLANET.index("ln AIRS mean sigma")


@dataclass(frozen=True)
class DrawnPlanets:
    """Measurements, each of one spectrum by the light curves of one planet.

    Standard deviations are kept as logarithms in half precision, to a part in 500: measurements
    are many, so that networks do not learn them by heart.

    lender       (measurement,) row of the planet whose light curves measured it
    spectrum     (measurement,) row of `spectra`
    depth        (measurement, 283) ppm
    ln_total     (measurement, 283) ln ppm, errors of the channels as the fit would state them
    ln_parts     (measurement, 284) likewise of FGS1, of what AIRS has in common, of the AIRS shape
    correlation  (measurement,) between the errors of FGS1 and of the AIRS mean
    spectra      (spectrum, 283) ppm, the truth
    origin       (spectrum,) row of the planet whose known spectrum it is; DRAWN for the simulator's
    factors      (lender, 3) calibration of FGS1, AIRS mean and AIRS shape
    """

    lender: Tensor
    spectrum: Tensor
    depth: Tensor
    ln_total: Tensor
    ln_parts: Tensor
    correlation: Tensor
    spectra: Tensor
    origin: Tensor
    factors: Tensor

    def allowed(self, known: Tensor | None = None) -> Tensor:
        """Rows of measurements of drawn spectra, and of the known ones of some planets (row,)."""
        may = self.origin == DRAWN
        if known is not None:
            may |= torch.isin(self.origin, known)
        return torch.where(may[self.spectrum])[0]

    def take(self, rows: Tensor, lenders: PlanetBatch) -> tuple[PlanetBatch, Tensor]:
        """Network inputs of some measurements, and the true depths (planet, 283) in ppm.

        What the fit says of itself is the lender's, but for the errors, which follow from the
        spectrum. The light curve does not belong to the depths.
        """
        lender = self.lender[rows]
        batch, parts = lenders.take(lender), self.ln_parts[rows].float()
        channel, planet = batch.channel.clone(), batch.planet.clone()
        channel[..., _SIGMA] = self.ln_total[rows].float() + _LN_PPM
        channel[..., _SHAPE] = torch.cat([parts[:, :1], parts[:, 2:]], dim=1) + _LN_PPM
        planet[:, _FGS1] = parts[:, 0] + _LN_PPM
        planet[:, _COMMON] = parts[:, 1] + _LN_PPM
        factors = self.factors[lender]
        shape = factors[:, 2:].expand(-1, parts.shape[1] - 2)
        return replace(
            batch,
            depth=self.depth[rows],
            sigma=parts.exp() * torch.cat([factors[:, :2], shape], dim=1),
            correlation=self.correlation[rows],
            channel=channel,
            planet=planet,
        ), self.spectra[self.spectrum[rows]]
