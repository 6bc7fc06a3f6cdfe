"""Message passing against explicit sums, and what the precision weighting promises."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from spectramind.models.typed_graph import (
    EdgeBiasedAttention,
    LearnedRelation,
    MessageShape,
    RelationalMessages,
    relative_precision,
)

BATCH, NODES, WIDTH, RELATIONS = 3, 11, 8, 4


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(5)


def operators() -> Tensor:
    weights = torch.rand(RELATIONS, NODES, NODES, dtype=torch.float64)
    weights[1, 2] = 0.0
    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-30)


def inputs() -> tuple[Tensor, Tensor]:
    nodes = torch.randn(BATCH, NODES, WIDTH, dtype=torch.float64)
    return nodes, 1e8 * torch.rand(BATCH, NODES, dtype=torch.float64)


def messages(bases: int | None) -> RelationalMessages:
    return RelationalMessages(MessageShape(RELATIONS, WIDTH, bases, message_width=5)).double()


def summed_edge_by_edge(
    layer: RelationalMessages, nodes: Tensor, edges: Tensor, p: Tensor
) -> Tensor:
    """Sum over relations and edges one at a time, with the weight matrix of each relation."""
    k, m = layer.shape.operators, layer.shape.message_width
    enter = layer.enter.weight.view(k, m, WIDTH)
    leave = layer.leave.weight.view(WIDTH, k, m)
    bases = torch.einsum("okm,kmi->koi", leave, enter)
    share = torch.eye(k).double() if layer.shape.bases is None else layer.mixing.softmax(-1)
    out = layer.leave.bias.expand(BATCH, NODES, WIDTH).clone()
    for z in range(BATCH):
        for i in range(NODES):
            for basis in range(k):
                known = sum(share[basis, r] * (edges[r, i] @ p[z]) for r in range(RELATIONS))
                for r in range(RELATIONS if known > 0 else 0):
                    for j in range(NODES):
                        weight = share[basis, r] * edges[r, i, j] * p[z, j] / known
                        out[z, i] += weight * (bases[basis] @ nodes[z, j])
    return out


@pytest.mark.parametrize("bases", [2, None], ids=["bases", "full"])
def test_equals_the_sum_over_edges(bases: int | None) -> None:
    layer, edges, (nodes, precision) = messages(bases), operators(), inputs()
    with torch.no_grad():
        wanted = summed_edge_by_edge(layer, nodes, edges, precision)
        torch.testing.assert_close(layer(nodes, edges, precision), wanted, rtol=1e-10, atol=1e-10)
        wanted = summed_edge_by_edge(layer, nodes, edges, torch.ones_like(precision))
        torch.testing.assert_close(layer(nodes, edges), wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("attention", [False, True])
def test_unit_of_precision_does_not_matter(attention: bool) -> None:
    layer = EdgeBiasedAttention(RELATIONS, WIDTH).double() if attention else messages(3)
    edges, (nodes, precision) = operators(), inputs()
    torch.testing.assert_close(
        layer(nodes, edges, precision), layer(nodes, edges, 1e-6 * precision)
    )


@pytest.mark.parametrize("attention", [False, True])
def test_an_unknown_channel_says_nothing(attention: bool) -> None:
    layer = EdgeBiasedAttention(RELATIONS, WIDTH).double() if attention else messages(3)
    edges, (nodes, precision) = operators(), inputs()
    precision[:, 4] = 0.0
    changed = nodes.clone()
    changed[:, 4] += 1.0
    others = [i for i in range(NODES) if i != 4]
    difference = layer(changed, edges, precision) - layer(nodes, edges, precision)
    assert difference[:, others].abs().max() < 1e-4


def test_better_known_channels_count_more() -> None:
    layer, edges, (nodes, precision) = messages(3), operators(), inputs()
    precision[:, 4] = 1e3 * precision.max()
    nodes.requires_grad_()
    layer(nodes, edges, precision).square().sum().backward()
    size = nodes.grad.abs().sum((0, 2))  # type: ignore[union-attr]
    assert size[4] > 10 * size[torch.arange(NODES) != 4].max()


def test_equal_features_are_heard_unchanged() -> None:
    layer, edges, (_, precision) = messages(3), operators(), inputs()
    nodes = torch.randn(1, 1, WIDTH, dtype=torch.float64).expand(BATCH, NODES, WIDTH)
    out = layer(nodes, edges, precision)
    torch.testing.assert_close(out, layer.leave(layer.enter(nodes)))


def test_learned_relation_keeps_the_best_and_passes_gradients_to_all() -> None:
    relation = LearnedRelation(NODES, neighbours=3)
    weights = relation()
    assert ((weights > 1e-6).sum(-1) == 3).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(NODES))
    assert not weights.diagonal().any()
    weights[0].dot(torch.arange(float(NODES))).backward()
    assert (relation.telling.grad[1:].abs().sum(-1) > 0).all()  # type: ignore[index]


def test_learned_relation_finds_the_informative_nodes() -> None:
    relation = LearnedRelation(NODES, neighbours=2)
    optimizer = torch.optim.Adam(relation.parameters(), lr=0.05)
    signal = torch.randn(200, NODES)
    target = signal[:, [7]].expand(-1, NODES)
    for _ in range(200):
        optimizer.zero_grad()
        (signal @ relation().T - target)[:, :7].square().mean().backward()
        optimizer.step()
    assert (relation()[:7].argmax(-1) == 7).all()


@pytest.mark.parametrize("attention", [False, True])
def test_gradients(attention: bool) -> None:
    layer = EdgeBiasedAttention(RELATIONS, WIDTH, 2).double() if attention else messages(2)
    nodes, precision = inputs()
    arguments = (nodes[:1].requires_grad_(), operators(), relative_precision(precision[:1]))
    assert torch.autograd.gradcheck(layer, arguments)


def test_attention_equals_its_formula() -> None:
    layer, edges, (nodes, precision) = EdgeBiasedAttention(4, 8, 2).double(), operators(), inputs()
    query, key, value = layer.enter(nodes).chunk(3, -1)
    heads = []
    for head, part in enumerate((slice(0, 4), slice(4, 8))):
        fit = query[..., part] @ key[..., part].mT / 2.0
        peaks = edges.amax(-1, keepdim=True).clamp(min=1e-30)
        fit = fit + sum(layer.bias[head, r] * edges[r] / peaks[r] for r in range(RELATIONS))
        weight = precision[:, None] * fit.exp()
        heads.append(weight / weight.sum(-1, keepdim=True) @ value[..., part])
    wanted = layer.leave(torch.cat(heads, -1))
    torch.testing.assert_close(layer(nodes, edges, precision), wanted)


@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16], ids=["fp16", "bf16"])
def test_half_precision(attention: bool, half: torch.dtype) -> None:
    layer = EdgeBiasedAttention(RELATIONS, WIDTH) if attention else messages(3).float()
    nodes, precision = (value.float() for value in inputs())
    edges = operators().float()
    wanted = layer(nodes, edges, precision)
    with torch.autocast("cpu", dtype=half):
        found = layer(nodes, edges, precision)
    assert (found - wanted).norm() <= 8 * torch.finfo(half).eps * wanted.norm()
