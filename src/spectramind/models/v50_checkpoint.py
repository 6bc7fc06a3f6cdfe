"""An ensemble of V50 networks in one checkpoint, with the physics that they start from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.airs_encoder import GraphShape, chosen_edges
from spectramind.models.channel_graph import channel_graph
from spectramind.models.checkpoint import Checkpoint, read_checkpoint
from spectramind.models.physics import PhysicsModel, physics_checkpoint
from spectramind.models.trust import Trust
from spectramind.models.v50 import V50, V50Shape
from spectramind.provenance.digest import canonical_json
from spectramind.survey.instruments import N_CHANNELS

NAME = "v50"
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class V50Plan:
    """What is needed to build the networks before their weights are known.

    shape       of each network
    edges       types of edges, the first words of the relations' names
    samples     length of the FGS1 sequences
    visits      FGS1 sequences of a planet that are read
    wavelength  (283,) micrometre
    trust       how much of the networks' correction is applied
    """

    shape: V50Shape
    edges: tuple[str, ...]
    samples: int
    visits: int
    wavelength: tuple[float, ...]
    trust: Trust = field(default_factory=Trust)


def build(plan: V50Plan) -> V50:
    """A network that answers with the physics posterior."""
    graph = channel_graph(np.array(plan.wavelength))
    return V50(plan.shape, chosen_edges(graph, frozenset(plan.edges)))


def v50_checkpoint(
    plan: V50Plan, members: Sequence[V50], physics: PhysicsModel, texts: dict[str, str]
) -> Checkpoint:
    """The ensemble as a checkpoint, with further `texts` on its origin."""
    told = {**texts, "plan": canonical_json(asdict(plan)), "members": str(len(members))}
    start = physics_checkpoint(physics, told)
    arrays = {
        f"member.{number}.{name}": value.detach().cpu().numpy()
        for number, member in enumerate(members)
        for name, value in member.state_dict().items()
    }
    return Checkpoint(NAME, {**start.arrays, **arrays}, start.texts)


def _plan(text: str) -> V50Plan:
    values = json.loads(text)
    shape = values.pop("shape")
    graph = GraphShape(**shape.pop("graph"))
    wavelength = tuple(values.pop("wavelength"))
    edges = tuple(values.pop("edges"))
    trust = Trust(**{name: tuple(part) for name, part in values.pop("trust").items()})
    whole = V50Shape(graph, **shape)
    return V50Plan(whole, edges, wavelength=wavelength, trust=trust, **values)


def read_v50(path: Path) -> tuple[V50Plan, tuple[V50, ...]]:
    """Plan and networks of a checkpoint.

    Raises
    ------
    DataError : no such file, damaged, of another estimator, or of another number of channels
    """
    checkpoint = read_checkpoint(path, NAME)
    remedy = "train it again with `spectramind train model=v50`"
    try:
        plan = _plan(checkpoint.texts["plan"])
        found = len(plan.wavelength)
        if found != N_CHANNELS:
            raise DataError(path, f"a network of {N_CHANNELS} channels", str(found), remedy)
        members = []
        for number in range(int(checkpoint.texts["members"])):
            start = f"member.{number}."
            weights = {
                name.removeprefix(start): torch.from_numpy(array.copy())
                for name, array in checkpoint.arrays.items()
                if name.startswith(start)
            }
            member = build(plan)
            member.load_state_dict(weights)
            members.append(member.eval())
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        text = f"{type(error).__name__}: {error}"
        raise DataError(path, "weights of a V50 ensemble", text, remedy) from error
    return plan, tuple(members)
