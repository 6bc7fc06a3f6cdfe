"""Messages between channels along typed edges, weighted by how well each channel is known.

Relational message passing (Schlichtkrull et al. 2018, arXiv:1703.06103) with basis decomposition,

    out_i = sum_r sum_j A_r[i, j] W_r h_j,     W_r = sum_k m_rk V_k.

The operators A_r are fixed and dense, so the sum over relations is taken first: each basis k has
one operator sum_r m_rk A_r and one dense product, whatever the number of relations and edges.
Within a basis the message is the mean over its neighbourhood in which channel j counts with its
precision.

Edge-biased attention is the alternative: the same arguments, weights that depend on the content.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

UNKNOWN = 1e-6
"""Mean precision of a neighbourhood, relative to the planet's, below which its message fades."""


@dataclass(frozen=True)
class MessageShape:
    """Widths of one round of messages.

    relations      typed edges, the learnt one included
    width          of the node features
    bases          operators mixed from the relations; None keeps one operator and one weight matrix
                   per relation
    message_width  of what is sent along each operator
    """

    relations: int
    width: int = 64
    bases: int | None = 8
    message_width: int = 16

    @property
    def operators(self) -> int:
        """Number of dense products."""
        return self.relations if self.bases is None else self.bases


class LearnedRelation(nn.Module):
    """One more relation: for each node the k nodes whose embeddings fit its own best.

    Forwards only the k best carry weight. Backwards the gradient is that of the softmax over all
    nodes (straight-through), so that an edge outside the k best can come in.
    """

    def __init__(self, nodes: int, neighbours: int = 8, width: int = 16) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.listening = nn.Parameter(torch.randn(nodes, width) * width**-0.25)
        self.telling = nn.Parameter(torch.randn(nodes, width) * width**-0.25)

    def forward(self) -> Tensor:
        """(node, node) weights without self loops, rows sum to one."""
        own = torch.eye(len(self.listening), dtype=torch.bool, device=self.listening.device)
        with torch.autocast(self.listening.device.type, enabled=False):
            similarity = self.listening @ self.telling.T
            soft = similarity.masked_fill(own, -torch.inf).softmax(-1)
        best = soft.detach().topk(self.neighbours, dim=-1)
        hard = torch.zeros_like(soft).scatter(
            -1, best.indices, best.values / best.values.sum(-1, keepdim=True)
        )
        return hard + (soft - soft.detach())


class RelationalMessages(nn.Module):
    """Precision-weighted means over typed neighbourhoods, each with its own weights."""

    def __init__(self, shape: MessageShape) -> None:
        super().__init__()
        self.shape = shape
        sent = shape.operators * shape.message_width
        self.enter = nn.Linear(shape.width, sent, bias=False)
        self.leave = nn.Linear(sent, shape.width)
        if shape.bases is not None:
            self.mixing = nn.Parameter(torch.randn(shape.bases, shape.relations))

    def mixed(self, operators: Tensor) -> Tensor:
        """(relation, node, node) -> (operator, node, node), rows still sum to at most one."""
        if self.shape.bases is None:
            return operators
        mixed: Tensor = torch.tensordot(self.mixing.softmax(-1), operators, dims=1)
        return mixed

    def forward(self, nodes: Tensor, operators: Tensor, precision: Tensor | None = None) -> Tensor:
        """What every node hears.

        Parameters
        ----------
        nodes : (batch, node, width)
        operators : (relation, node, node) from column to row, rows sum to one or zero
        precision : (batch, node) inverse variance of what is known of each node, in any unit;
            all alike if None

        Returns
        -------
        (batch, node, width)
        """
        z, n, _ = nodes.shape
        mixed = self.mixed(operators)
        sent = self.enter(nodes).view(z, n, len(mixed), -1)
        if precision is None:
            heard = mixed.sum(-1)[..., None]
        else:
            known = relative_precision(precision)
            sent = sent * known[..., None, None].to(sent.dtype)
            heard = mixed @ known.T.to(mixed.dtype)
        summed = mixed @ sent.permute(2, 1, 0, 3).reshape(len(mixed), n, -1)
        mean = summed.view(len(mixed), n, z, -1) / heard.clamp(min=UNKNOWN)[..., None]
        out: Tensor = self.leave(mean.permute(2, 1, 0, 3).reshape(z, n, -1).to(sent.dtype))
        return out


class EdgeBiasedAttention(nn.Module):
    """Attention among all nodes; typed edges and the precision of the teller enter as its bias.

    A node's weight is proportional to its precision times the exponential of its fit.
    """

    def __init__(self, relations: int, width: int = 64, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.enter = nn.Linear(width, 3 * width, bias=False)
        self.leave = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.randn(heads, relations))

    def forward(self, nodes: Tensor, operators: Tensor, precision: Tensor | None = None) -> Tensor:
        """What every node hears: arguments and result as in `RelationalMessages`."""
        z, n, width = nodes.shape
        strongest = operators.amax(-1, keepdim=True).clamp(min=UNKNOWN)
        bias = torch.tensordot(self.bias, operators / strongest, dims=1)[None]
        if precision is not None:
            known = relative_precision(precision).clamp(min=UNKNOWN)
            bias = bias + known.log()[:, None, None, :]
        query, key, value = self.enter(nodes).view(z, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        heard = functional.scaled_dot_product_attention(query, key, value, bias.to(query.dtype))
        out: Tensor = self.leave(heard.transpose(1, 2).reshape(z, n, width))
        return out


def relative_precision(precision: Tensor) -> Tensor:
    """(batch, node) -> the same with mean one per batch entry, in the range of half precision."""
    return precision / precision.mean(-1, keepdim=True)
