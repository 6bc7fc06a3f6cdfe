"""What a measured spectrum looks like, in units that do not depend on the planet.

Contrast and slope are taken relative to the noise and to the spectrum's own amplitude: a network
must see both how sure a feature is and what shape it has.
"""

from __future__ import annotations

import torch
from torch import Tensor

from spectramind.models.planet_batch import PlanetBatch

OF_NODE = ("contrast / sigma", "contrast / amplitude", "roughness / sigma", "contrast")
OF_SPECTRUM = (
    "ln amplitude",
    "ln depth",
    "offset / sigma",
    "offset",
    "offset / amplitude",
    "ln sigma FGS1",
    "ln sigma AIRS mean",
    "ln sigma AIRS shape",
    "ln sigma offset",
    "correlation",
)
_LEAST_AMPLITUDE = 2.0  # ppm
_LEAST_DEPTH = 100.0  # ppm
_FINE = 20.0  # ppm, where the square-root-like scale of a contrast turns from linear to log


def offset_sigma(batch: PlanetBatch) -> Tensor:
    """(planet,) ppm, standard deviation of FGS1 minus the AIRS mean."""
    fgs1, airs = batch.sigma[:, 0], batch.sigma[:, 1]
    variance = fgs1**2 + airs**2 - 2.0 * batch.correlation * fgs1 * airs
    return variance.clamp(min=1.0).sqrt()


def _compressed(values: Tensor) -> Tensor:
    return 0.5 * torch.asinh(values)


def node_features(batch: PlanetBatch) -> Tensor:
    """(planet, 283, OF_NODE) of every channel; its contrast is to the AIRS mean."""
    airs = batch.depth[:, 1:]
    contrast = batch.depth - airs.mean(1, keepdim=True)
    amplitude = contrast[:, 1:].std(1, keepdim=True) + _LEAST_AMPLITUDE
    sigma = torch.cat([offset_sigma(batch)[:, None], batch.sigma[:, 2:]], dim=1)
    rough = torch.zeros_like(contrast)
    rough[:, 2:-1] = airs[:, 1:-1] - 0.5 * (airs[:, :-2] + airs[:, 2:])
    columns = (
        _compressed(contrast / sigma),
        (contrast / amplitude).clamp(-20.0, 20.0) / 2.0,
        _compressed(rough / sigma),
        _compressed(contrast / _FINE),
    )
    return torch.stack(columns, dim=-1)


def spectrum_features(batch: PlanetBatch) -> Tensor:
    """(planet, OF_SPECTRUM) of every planet, of order one."""
    airs = batch.depth[:, 1:]
    mean = airs.mean(1)
    amplitude = (airs - mean[:, None]).std(1) + _LEAST_AMPLITUDE
    offset, offset_scale = batch.depth[:, 0] - mean, offset_sigma(batch)
    shape = batch.sigma[:, 2:].square().mean(1).sqrt()
    columns = (
        amplitude.log() - 3.5,
        mean.clamp(min=_LEAST_DEPTH).log() - 9.4,
        torch.asinh(offset / offset_scale),
        _compressed(offset / _FINE),
        (offset / amplitude).clamp(-20.0, 20.0) / 5.0,
        batch.sigma[:, 0].log() - 4.0,
        batch.sigma[:, 1].log() - 3.5,
        shape.log() - 3.0,
        offset_scale.log() - 4.0,
        batch.correlation,
    )
    return torch.stack(columns, dim=-1)
