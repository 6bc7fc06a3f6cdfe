"""Stage `ablate`: V50 whole, and with one part at a time left out, or put in where it is off."""

from __future__ import annotations

from collections.abc import Sequence

from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config
from spectramind.pipeline.contest import Contestant, contest_of, run_contest
from spectramind.pipeline.planets import Progress
from spectramind.report.contest_page import ContestRow

_SYMBOLIC = 0.3
"""Weight of a constraint that is put in: at violations of 0.02 a twentieth of the loss."""
_SEEDS = 3


def ablations(config: Config) -> dict[str, str]:
    """The override of each row: a part that is on is left out, one that is off is put in.

    Parameters
    ----------
    config : of the whole V50
    """
    edges, symbolic, seeds = config.model.edges, config.train.symbolic, config.train.seeds
    switches = {
        "Mamba": ("model.mamba", config.model.mamba),
        "graph": ("model.graph", config.model.graph),
        **{f"{name} edges": (f"model.edges.{name}", on) for name, on in edges},
        "pretraining": ("train.pretrain", config.train.pretrain),
    }
    rows = {
        f"{'no' if on else 'with'} {name}": f"{key}={str(not on).lower()}"
        for name, (key, on) in switches.items()
    }
    for name, weight in symbolic:
        changed = _SYMBOLIC if weight == 0.0 else 0.0
        label = "no" if weight else "with"
        rows[f"{label} {name} term"] = f"train.symbolic.{name}={changed}"
    rows["one network a fold" if seeds > 1 else "three networks a fold"] = (
        f"train.seeds={1 if seeds > 1 else _SEEDS}"
    )
    return rows


def ablate(overrides: Sequence[str], progress: Progress) -> tuple[ContestRow, ...]:
    """Train V50 whole, and with one part changed at a time.

    Raises
    ------
    DataError : a survey cannot be read, or a model fails
    """
    v50 = [*overrides, "model=v50"]
    parts = ablations(compose(v50))
    contestants = [Contestant("v50", ()), *(Contestant(n, (o,)) for n, o in parts.items())]
    return run_contest(contestants, contest_of(v50), "ablation", progress)
