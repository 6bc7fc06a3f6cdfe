"""What several networks say together about each planet."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import V50, Corrected

_ROWS = 64


def corrected(network: V50, batch: PlanetBatch) -> Corrected:
    """Answers of a network as it predicts, without gradients, on the CPU."""
    learning, device = network.training, next(network.parameters()).device
    network.eval()
    starts = range(0, len(batch), _ROWS)
    half = torch.autocast(device.type, dtype=torch.float16, enabled=device.type == "cuda")
    with torch.no_grad(), half:
        found = [network(batch.take(slice(i, i + _ROWS)).to(device)) for i in starts]
    network.train(learning)
    return Corrected(
        mu=torch.cat([part.mu for part in found]).cpu(),
        common=torch.cat([part.common for part in found]).cpu(),
        own=torch.cat([part.own for part in found]).cpu(),
    )


def averaged(answers: Sequence[Corrected]) -> Corrected:
    """Mean of the means and of the variances.

    The members share their data and most of their errors: how far they differ from each other says
    little about how far they are off together, and is not added.
    """
    return Corrected(
        mu=torch.stack([a.mu for a in answers]).mean(0),
        common=torch.stack([a.common for a in answers]).square().mean(0).sqrt(),
        own=torch.stack([a.own for a in answers]).square().mean(0).sqrt(),
    )
