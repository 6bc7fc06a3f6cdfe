"""Networks of all folds, trained by one process or by several that torchrun started.

The first process sends the others what networks learn from: they need neither the survey nor the
folder of the results, and write nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spectramind.conf.schema.config import Config
from spectramind.models.airs_encoder import GraphShape
from spectramind.models.ensemble import averaged, corrected
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import V50, Corrected, V50Shape
from spectramind.models.v50_checkpoint import V50Plan
from spectramind.pipeline.network_inputs import VISITS
from spectramind.submission.score import NaiveModel
from spectramind.survey.edition import edition_of_channels
from spectramind.survey.instruments import N_CHANNELS
from spectramind.training.curriculum import Curriculum, KnownSpectra, train_member
from spectramind.training.distributed import Team
from spectramind.training.drawn_planets import DrawnPlanets


@dataclass(frozen=True)
class Learnable:
    """Planets that networks learn from, in ascending order, and the arrays of them.

    folds   planets of each fold; those of one instrument stay together
    """

    planets: tuple[int, ...]
    folds: tuple[tuple[int, ...], ...]
    batch: PlanetBatch
    truth: Tensor

    def rows(self, planets: tuple[int, ...]) -> Tensor:
        """Rows of some of the planets."""
        wanted = set(planets)
        return torch.tensor([i for i, planet in enumerate(self.planets) if planet in wanted])


def plan_of(config: Config, wavelength: NDArray[np.float64]) -> V50Plan:
    """The network that the configuration describes."""
    model = config.model
    edges = model.edges.model_dump()
    learned = edges.pop("learned") and model.graph
    graph = GraphShape(model.node_width, model.rounds, learned, model.attention)
    return V50Plan(
        shape=V50Shape(graph, model.mamba, model.token_width, 1, model.patch, model.hidden),
        edges=tuple(name for name, used in edges.items() if used and model.graph),
        samples=model.samples,
        visits=VISITS,
        wavelength=tuple(wavelength.tolist()),
    )


def fold_networks(
    config: Config, learnable: Learnable, curriculum: Curriculum
) -> tuple[Corrected, list[V50]]:
    """Corrected posteriors of every planet by networks that never saw it, and all networks."""
    members: list[V50] = []
    count = len(learnable.planets)
    mu, own, common = (
        torch.zeros(count, N_CHANNELS),
        torch.ones(count, N_CHANNELS),
        torch.ones(count),
    )
    for number, fold in enumerate(learnable.folds):
        rows = learnable.rows(fold)
        others = learnable.rows(tuple(set(learnable.planets) - set(fold)))
        spectra = KnownSpectra(learnable.batch.take(others), learnable.truth[others], others)
        networks = [
            train_member(curriculum, spectra, f"{number}_{seed}", config.train.seed + seed)
            for seed in range(config.train.seeds)
        ]
        held_out = learnable.batch.take(rows)
        answer = averaged([corrected(network, held_out) for network in networks])
        mu[rows], own[rows], common[rows] = answer.mu, answer.own, answer.common
        members += networks
    return Corrected(mu, common, own), members


def send_to_followers(learnable: Learnable, curriculum: Curriculum) -> None:
    """Give the other processes of the team what they need to train along."""
    if curriculum.team.size > 1:
        curriculum.team.content_of_first(_packed(learnable, curriculum))


def follow(config: Config, team: Team) -> None:
    """Train along with the first process of the team, until its last network is done."""
    with torch.random.fork_rng(devices=[]):
        fold_networks(config, *_unpacked(team.content_of_first(b""), config, team))


def _packed(learnable: Learnable, curriculum: Curriculum) -> bytes:
    from safetensors.torch import save

    batch = learnable.batch
    tensors = {f"batch.{field.name}": getattr(batch, field.name) for field in fields(batch)}
    naive = curriculum.naive
    tensors |= {
        "planets": torch.tensor(learnable.planets),
        **{f"fold.{n}": torch.tensor(fold) for n, fold in enumerate(learnable.folds)},
        "truth": learnable.truth,
        **{f"drawn.{f.name}": getattr(curriculum.drawn, f.name) for f in fields(DrawnPlanets)},
        "naive": torch.tensor([naive.mean, naive.sigma], dtype=torch.float64),
        "wavelength": torch.tensor(curriculum.plan.wavelength, dtype=torch.float64),
    }
    return save({name: values.contiguous() for name, values in tensors.items()})


def _unpacked(content: bytes, config: Config, team: Team) -> tuple[Learnable, Curriculum]:
    from safetensors.torch import load

    tensors = load(content)
    batch = PlanetBatch(*(tensors[f"batch.{field.name}"] for field in fields(PlanetBatch)))
    parts = [tensors[f"fold.{n}"] for n in range(config.train.folds)]
    learnable = Learnable(
        planets=tuple(tensors["planets"].tolist()),
        folds=tuple(tuple(part.tolist()) for part in parts),
        batch=batch,
        truth=tensors["truth"],
    )
    mean, sigma = tensors["naive"].tolist()
    curriculum = Curriculum(
        plan=plan_of(config, tensors["wavelength"].numpy()),
        train=config.train,
        measured=batch,
        drawn=DrawnPlanets(*(tensors[f"drawn.{field.name}"] for field in fields(DrawnPlanets))),
        naive=NaiveModel(mean, sigma, edition_of_channels(tensors["wavelength"].numpy())),
        logbook=None,
        team=team,
    )
    return learnable, curriculum
