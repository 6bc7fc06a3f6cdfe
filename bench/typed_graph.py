"""One round of messages over the 283 channels, forward and backward on one thread.

torch_geometric's GATv2 at 8 edges a node is measured in the same rounds if it is installed.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from spectramind.models.channel_graph import channel_graph
from spectramind.models.typed_graph import (
    EdgeBiasedAttention,
    LearnedRelation,
    MessageShape,
    RelationalMessages,
)

BATCH, NODES, HIDDEN, EDGES = 32, 283, 64, 8
ROUNDS = 20


def _ours(layer: Callable[..., Tensor], operators: Tensor) -> Callable[[Tensor], Tensor]:
    learned = LearnedRelation(NODES)
    precision = torch.rand(BATCH, NODES) + 0.1
    return lambda nodes: layer(nodes, torch.cat([operators, learned()[None]]), precision)


def _gatv2() -> Callable[[Tensor], Tensor]:
    """Every node hears its 8 nearest; planets are one large graph of separate parts."""
    from torch_geometric.nn import GATv2Conv

    layer = GATv2Conv(HIDDEN, HIDDEN // 4, heads=4, add_self_loops=False)
    offsets = [d for d in range(-EDGES // 2, EDGES // 2 + 1) if d]
    target = torch.arange(NODES).repeat_interleave(EDGES)
    source = (target + torch.tensor(offsets).repeat(NODES)) % NODES
    shift = NODES * torch.arange(BATCH)[:, None]
    edges = torch.stack([(source + shift).flatten(), (target + shift).flatten()])
    return lambda nodes: layer(nodes.view(-1, HIDDEN), edges)


def _milliseconds(layer: Callable[[Tensor], Tensor]) -> float:
    nodes = torch.randn(BATCH, NODES, HIDDEN, requires_grad=True)
    start = time.perf_counter()
    layer(nodes).square().mean().backward()
    return 1e3 * (time.perf_counter() - start)


def main() -> None:
    """Print the best time of each layer over alternating rounds."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    wavelength = np.concatenate([[0.7], np.linspace(1.952, 3.895, NODES - 1)])
    operators = torch.from_numpy(channel_graph(wavelength).operators).float()
    relations = len(operators) + 1
    layers = {
        "relational, 8 bases": _ours(RelationalMessages(MessageShape(relations)), operators),
        "relational, unmixed": _ours(
            RelationalMessages(MessageShape(relations, bases=None)), operators
        ),
        "attention with edge bias": _ours(EdgeBiasedAttention(relations), operators),
    }
    if importlib.util.find_spec("torch_geometric") is not None:
        layers[f"GATv2, {EDGES} edges a node"] = _gatv2()
    times: dict[str, list[float]] = {name: [] for name in layers}
    for _ in range(ROUNDS):
        for name, layer in layers.items():
            times[name].append(_milliseconds(layer))
    print(
        f"batch {BATCH}, {NODES} nodes, hidden {HIDDEN}, {relations} relations, "
        "forward + backward, one thread: best and median ms"
    )
    for name, found in times.items():
        print(f"  {name:26s}{min(found):8.1f}{np.median(found):8.1f}")
    if importlib.util.find_spec("torch_geometric") is None:
        print("  GATv2                     torch_geometric is not installed")
