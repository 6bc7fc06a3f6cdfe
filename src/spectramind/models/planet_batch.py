"""Network inputs as tensors: a batch of planets on one device, in single precision."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from spectramind.errors import DataError
from spectramind.models.network_input import NetworkInput
from spectramind.survey.instruments import N_CHANNELS


@dataclass(frozen=True)
class PlanetBatch:
    """Arrays of `NetworkInput` with a leading planet axis, as tensors."""

    depth: Tensor
    sigma: Tensor
    correlation: Tensor
    channel: Tensor
    planet: Tensor
    sequence: Tensor
    diagonal: Tensor
    factors: Tensor
    conduct: Tensor

    def __len__(self) -> int:
        return len(self.depth)

    def take(self, rows: Tensor | slice) -> PlanetBatch:
        """Some of the planets."""
        return PlanetBatch(*(getattr(self, field.name)[rows] for field in fields(self)))

    def to(self, device: torch.device) -> PlanetBatch:
        """The same on another device."""
        return PlanetBatch(*(getattr(self, field.name).to(device) for field in fields(self)))


def planet_batch(inputs: NetworkInput) -> PlanetBatch:
    """Tensors of stacked inputs.

    Raises
    ------
    DataError : other than 283 channels
    """
    found = inputs.depth.shape[-1]
    if inputs.depth.ndim != 2 or found != N_CHANNELS:
        remedy = "give spectra of FGS1 and 282 AIRS channels"
        raise DataError("network input", f"(planet, {N_CHANNELS}) depths", f"{found}", remedy)
    tensors = []
    for field in fields(NetworkInput):
        values = getattr(inputs, field.name)
        tensors.append(torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)))
    return PlanetBatch(*tensors)
